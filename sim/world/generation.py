"""Draw a trace from a scenario.

Pure and exact: each attempt has a generator of its own, seeded by the scenario's seed,
the number and which attempt it is. So a number behaves the same in a longer list, in
another order and on another machine (only its hour follows from its place in the list).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from sim.world import people
from sim.world.people import Catalogue
from sim.world.scenario import Scenario
from sim.world.trace import ANSWERED, Kind, Party, TraceRow

T = TypeVar("T")

_HIGHEST_ANSWERED = 0.98
_REFUSED = (Kind.BUSY, Kind.INVALID, Kind.REJECTED, Kind.CONGESTION)


def generate(
    scenario: Scenario,
    numbers: Sequence[str],
    catalogue: Catalogue,
    uf_of_ddd: Mapping[str, str],
) -> Iterator[TraceRow]:
    """Yield the rows of every number (E.164 digits), in the list's order.

    The list is thought to be called from the scenario's first hour to its last, evenly;
    a later attempt to the same number comes that share of the day later, round the clock
    of the calling hours.
    """
    for place, number in enumerate(numbers):
        ddd = number[2:4]
        for nth in range(1, scenario.attempts + 1):
            rng = np.random.default_rng([scenario.seed, int(number), nth])
            hour = hour_of(scenario, (place + 0.5) / len(numbers), nth)
            factor = scenario.answer_rate.factor(hour=hour, ddd=ddd, uf=uf_of_ddd.get(ddd))
            kind = _pick(mixture_at(scenario.mixture, factor), rng)
            yield _row(scenario, number, nth, kind, catalogue, rng)


def hour_of(scenario: Scenario, day_share: float, nth: int) -> int:
    """Return the local hour of an attempt, `day_share` 0..1 of the way through the list."""
    hours = max(scenario.last_hour - scenario.first_hour, 1)
    later = (nth - 1) / max(scenario.attempts, 1)
    return scenario.first_hour + int(((day_share + later) % 1.0) * hours)


def mixture_at(mixture: Mapping[Kind, float], factor: float) -> dict[Kind, float]:
    """Scale the answered kinds by `factor`; the others share what is left in proportion."""
    answered = sum(mixture[kind] for kind in ANSWERED)
    others = 1.0 - answered
    if answered <= 0 or others <= 0:
        return dict(mixture)
    wanted = min(answered * factor, _HIGHEST_ANSWERED)
    return {
        kind: share * (wanted / answered if kind in ANSWERED else (1 - wanted) / others)
        for kind, share in mixture.items()
    }


def _pick(shares: Mapping[T, float], rng: np.random.Generator) -> T:
    at = rng.random() * sum(shares.values())
    for item, share in shares.items():
        at -= share
        if at < 0:
            return item
    return next(item for item, share in shares.items() if share > 0)


def _row(
    scenario: Scenario,
    number: str,
    nth: int,
    kind: Kind,
    catalogue: Catalogue,
    rng: np.random.Generator,
) -> TraceRow:
    code = _pick(scenario.codes[kind], rng)
    call = TraceRow(
        number=number,
        nth=nth,
        kind=kind,
        code=code,
        post_dial_s=scenario.post_dial_s.draw(rng),
        ring_s=(scenario.refuse_s if kind in _REFUSED else scenario.ring_s).draw(rng),
    )
    match kind:
        case Kind.HUMAN:
            return _person(call, scenario, catalogue, rng)
        case Kind.MACHINE:
            talk_s = scenario.machine_s.draw(rng)
            return replace(call, talk_s=talk_s, says=people.greeting(catalogue, rng))
        case Kind.EARLY_MEDIA:
            says = people.announcement(catalogue, code, rng)
            heard_s = sum(round(catalogue.seconds(item.what), 3) for item in says)
            return replace(call, says=says, ring_s=heard_s or call.ring_s)
        case _:
            return call


def _person(
    call: TraceRow, scenario: Scenario, catalogue: Catalogue, rng: np.random.Generator
) -> TraceRow:
    talk_s = scenario.talk_s.draw(rng)
    ends_it = rng.random() < scenario.callee_hangs_up
    silent = rng.random() < scenario.silent_people
    presses = rng.random() < scenario.key_presses
    return replace(
        call,
        talk_s=talk_s if ends_it else scenario.patience_s,
        hangs_up=Party.CALLEE if ends_it else Party.CALLER,
        says=() if silent else people.conversation(catalogue, talk_s, rng),
        keys=people.key_presses(talk_s, rng) if presses else (),
    )
