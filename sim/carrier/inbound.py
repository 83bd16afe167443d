"""Let a simulated debtor call in: the network's Asterisk places a call into the switch.

By a call file in the spool folder of the running network, so that nothing listens for
orders. Whether the call went through is in the truth log, as every call is.
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from foundation.home import Home
from sim.carrier.app import NAME
from sim.carrier.script import PATIENCE_S, SHORTEST_S, steps
from sim.carrier.settings import CarrierSettings
from sim.personas import sounds
from sim.world.trace import Timed

_NUMBER = re.compile(r"\+?[0-9]{3,15}")
RING_S = 60  # how long the caller lets it ring


class BadCall(ValueError):
    """Um número da chamada não é um número."""


class NoNetwork(RuntimeError):
    """A rede telefônica simulada não está no ar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """What the caller says and presses after the answer, and when they hang up."""

    talk_s: float = PATIENCE_S
    says: tuple[Timed, ...] = ()
    keys: tuple[Timed, ...] = ()


def call_in(
    settings: CarrierSettings, from_number: str, to_number: str, persona: Persona
) -> None:
    """Place one call into the switch, from and to numbers in E.164 (with or without +).

    Returns when the network has the order. Raises BadCall, NoNetwork, UnknownSound.
    """
    for number in (from_number, to_number):
        if not _NUMBER.fullmatch(number):
            raise BadCall(number)
    spool = Home(settings.home).switch(NAME) / "spool"
    outgoing = spool / "outgoing"
    if not outgoing.is_dir():
        raise NoNetwork(str(settings.home))
    text = _call_file(from_number.removeprefix("+"), to_number.removeprefix("+"), persona)
    _drop(text, spool, outgoing)


def _call_file(caller: str, called: str, persona: Persona) -> str:
    for said in persona.says:
        sounds.playable(said.what)
    script = steps(persona.says, persona.keys, sounds.seconds)
    lines = (
        f"Channel: PJSIP/{called}@switch",
        f"CallerID: {caller} <{caller}>",
        "MaxRetries: 0",
        f"WaitTime: {RING_S}",
        "Context: caller",
        "Extension: s",
        "Priority: 1",
        f"Setvar: limit={max(persona.talk_s, SHORTEST_S):.3f}",
        f"Setvar: script={script}",
    )
    return "\n".join(lines) + "\n"


def _drop(text: str, draft_folder: Path, folder: Path) -> None:
    """Make the file appear whole: the network reads it the moment it is there."""
    handle, draft = tempfile.mkstemp(dir=draft_folder, suffix=".call")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
    os.rename(draft, folder / Path(draft).name)
