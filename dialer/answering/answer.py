"""Who answered a call, as a detector says, and what a campaign lets follow from it.

Pure. Two detectors: `words` (the URA's: announcements, tones, pauses) and `times` (the
switch's own, which goes by lengths and is often wrong). Only `words` ever acts, only on
what is surely a machine, and only where the campaign says so: whoever is unsure is treated
as a person, and a person never waits for a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeGuard, get_args

from dialer.calls.events import Said

Who = Literal["person", "machine", "unsure"]
Detector = Literal["words", "times"]
#: off: nobody listens; listen: verdicts are kept, nothing follows; hang_up: on a machine
Mode = Literal["off", "listen", "hang_up"]
MODES: tuple[Mode, ...] = get_args(Mode)
DEFAULT: Mode = "off"
SETTING = "machines"  # in a campaign's policy

_OF_AMD: Mapping[str, Who] = {"HUMAN": "person", "MACHINE": "machine"}
_TEXT = 60  # of a word that names something
_LONGEST_S = 60.0


class BadAnswer(ValueError):
    """What came over the bus, or from the dialplan, is no verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One detector's verdict. `heard_s` is of the sound, from the first of it on."""

    attempt: str
    detector: Detector
    who: Who
    kind: str = ""  # of a machine: mailbox, off, invalid, unavailable, network, data ...
    why: str = ""
    heard_s: float = 0.0
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, fields: Mapping[str, Any]) -> Answer:
        """Read a message of the URA; raises BadAnswer."""
        attempt, who = fields.get("attempt"), fields.get("who")
        evidence = fields.get("evidence", {})
        heard_s = fields.get("heard_s", 0.0)
        if not isinstance(attempt, str) or not _is_who(who):
            raise BadAnswer(f"attempt={attempt!r} who={who!r}")
        if not isinstance(evidence, dict) or not isinstance(heard_s, int | float):
            raise BadAnswer(f"attempt={attempt} evidence or seconds")
        return cls(
            attempt=attempt,
            detector="words",
            who=who,
            kind=str(fields.get("kind") or "")[:_TEXT],
            why=str(fields.get("why") or "")[:_TEXT],
            heard_s=min(max(0.0, float(heard_s)), _LONGEST_S),
            evidence=evidence,
        )


def of_the_switch(said: Said) -> Answer:
    """The switch's own verdict, as its dialplan tells it; raises BadAnswer."""
    attempt = said.fields.get("Attempt", "")
    if not attempt:
        raise BadAnswer("AMD without an attempt")
    why = said.fields.get("Why", "")[:_TEXT]
    who = _OF_AMD.get(said.fields.get("Status", ""), "unsure")
    return Answer(attempt=attempt, detector="times", who=who, why=why)


def acts(mode: Mode, answer: Answer) -> bool:
    """Whether the call is to be ended for it."""
    return mode == "hang_up" and answer.detector == "words" and answer.who == "machine"


def mode_of(policy: Mapping[str, Any]) -> Mode:
    """The stored setting of a campaign; what is not known counts as off."""
    stored = policy.get(SETTING, DEFAULT)
    return stored if _is_mode(stored) else DEFAULT


def _is_mode(text: object) -> TypeGuard[Mode]:
    return text in MODES


def _is_who(text: object) -> TypeGuard[Who]:
    return text in get_args(Who)
