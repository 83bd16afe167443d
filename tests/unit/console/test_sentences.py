"""Every reason that the core can give has its sentence, with all its figures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import dialer.pacing.pacer
from agent_console.supervision.sentences import sentence
from agent_console.texts import TEXTS
from dialer.pacing import (
    Abandoned,
    Decision,
    InboundArrived,
    Pacer,
    Placed,
    Policy,
    Resolved,
    Snapshot,
)
from dialer.pacing.events import CallOutcome

LIMITS = ((0.03, 86_400.0),)
TALKS = {f"t{n}": 40.0 for n in range(6)}
RINGS = {f"r{n}": 95.0 for n in range(12)}
FREE = Snapshot(idle=4, room=50, talking=TALKS)
FULL = Snapshot(idle=0, room=50, talking=TALKS, ringing=RINGS)
NO_ROOM = Snapshot(idle=4, room=0)
LITTLE_ROOM = Snapshot(idle=4, room=2)


def taught(**terms: Any) -> Pacer:
    pacer = Pacer(Policy(limits=LIMITS, **terms))
    for n in range(60):
        pacer.observe(Placed(at_s=float(n), call=str(n)))
        outcome: CallOutcome = "human" if n % 4 == 0 else "busy"
        pacer.observe(Resolved(at_s=n + 0.5, call=str(n), outcome=outcome))
    return pacer


def spent() -> Pacer:
    pacer = taught()
    for n in range(0, 60, 4):
        pacer.observe(Abandoned(at_s=61.0, call=str(n)))
    return pacer


def out_of_order() -> Pacer:
    pacer = taught()
    for n in range(40):
        pacer.observe(Placed(at_s=70.0, call=f"f{n}"))
        pacer.observe(Resolved(at_s=70.0, call=f"f{n}", outcome="failed"))
    return pacer


def blended() -> Pacer:
    pacer = taught(inbound_target=(0.9, 5.0), mode="progressive")
    for n in range(30):
        pacer.observe(InboundArrived(at_s=61.0 + n, call=f"i{n}"))
    return pacer


@pytest.mark.parametrize("floor", [FREE, FULL, NO_ROOM, LITTLE_ROOM])
@pytest.mark.parametrize(
    "pacer",
    [
        taught,
        spent,
        out_of_order,
        blended,
        lambda: taught(mode="progressive"),
        lambda: taught(mode="ratio", ratio=2.5),
        lambda: taught(mode="erlang"),
        lambda: taught(mode="agentless"),
        lambda: taught(max_cps=1.0),
        lambda: taught(max_lines=20),
    ],
)
def test_a_decision_of_the_core_is_one_whole_sentence(pacer: Any, floor: Snapshot) -> None:
    decision: Decision = pacer().decide(100.0, floor)
    text = sentence([(r.code, r.figures) for r in decision.reasons], decision.calls)
    assert text.endswith(".")
    assert text[0].isupper()
    assert "?" not in text
    assert "motivo «" not in text


def test_each_code_of_the_core_is_in_the_catalogue() -> None:
    source = Path(dialer.pacing.pacer.__file__).read_text("utf-8")
    codes = set(re.findall(r'_decision\(now_s, floor, "(\w+)"', source))
    codes |= set(re.findall(r'bounds\["(\w+)"\]', source))
    assert {"one_to_one", "budget_spent", "carrier_outage"} <= codes
    words = TEXTS.section("reasons")
    assert not [code for code in codes if code not in words or f"{code}_none" not in words]


def test_figures_are_written_as_people_write_them() -> None:
    figures = {"free": 4.0, "soon_free": 1.25, "ringing": 1200.0, "answers": 2.0,
               "risk": 0.031, "theta": 0.02, "calls": 0.0}  # fmt: skip
    assert sentence([("risk", figures)], 0) == (
        "Não discou: livres, 4 agora e cerca de 1,2 em breve; tocando, 1.200, das quais "
        "cerca de 2,0 devem ser atendidas; o risco de mais uma não achar ninguém (3,1%) "
        "passa do aceito (2,0%)."
    )


def test_a_code_that_the_catalogue_lacks_is_told_as_it_is() -> None:
    assert sentence([("novelty", {"calls": 2.0})], 2) == "Discou 2 (motivo «novelty»)."
    assert sentence([], 0) == ""
