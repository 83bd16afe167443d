"""Plays a persona on the telephone: hears, speaks, presses, makes noises, hangs up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sim.callers.caller import Caller, HungUp
from sim.callers.noises import noise, street
from sim.callers.personas import Persona
from sim.callers.voices import Lines
from ura.dialogue.dates import date_in_words
from ura.dialogue.digits import dictated
from ura.ports import Samples

INTO_S = 0.6  # of a prompt are heard before somebody speaks into it
STREET_DBFS = -40.0
STREET_S = 5.0
HANDED_OVER_S = 4.0  # of the words and the music that come then


@dataclass(frozen=True, slots=True, repr=False)
class Self:
    """What the caller knows of himself."""

    cpf: str
    birth: date


def behind(persona: Persona) -> Samples | None:
    """What is heard behind the persona all the time."""
    return street(STREET_S, 1, STREET_DBFS) if persona.background else None


async def play(
    caller: Caller, persona: Persona, self: Self, lines: Lines, *, into_s: float = INTO_S
) -> None:
    """Act to the end of the list, and listen to the end of the conversation.

    Who is handed over to a person hangs up soon; so does who waits in vain.
    """
    try:
        for verb, about in persona.steps:
            if verb == "hang up":
                await caller.hears_prompt()
                return
            await _act(caller, persona, self, lines, verb, about, into_s)
        if persona.ends.person:
            await caller.hears_beginning(HANDED_OVER_S)
        else:
            await caller.hears_the_end()
    except (HungUp, TimeoutError):
        return


async def _act(
    caller: Caller,
    persona: Persona,
    self: Self,
    lines: Lines,
    verb: str,
    about: str,
    into_s: float,
) -> None:
    if verb.startswith("over") or verb == "noise":
        await caller.hears_beginning(into_s)
    else:
        await caller.hears_prompt()
    match verb:
        case "say" | "over":
            await caller.says(lines.of(persona, about))
        case "noise":
            await caller.says(noise(about, len(about)))
        case "key":
            await caller.presses(about)
        case "say_cpf":
            await caller.says(lines.of(persona, dictated(self.cpf)))
        case "say_birth":
            await caller.says(lines.of(persona, date_in_words(self.birth, year=True)))
        case "quiet":
            pass
        case _:
            await caller.presses(_keyed(verb, self))


def _keyed(verb: str, self: Self) -> str:
    match verb.removeprefix("over_"):
        case "cpf":
            return self.cpf
        case "birth":
            return f"{self.birth:%d%m%Y}"
        case _:
            return f"{self.birth.replace(day=1 if self.birth.day > 1 else 2):%d%m%Y}"
