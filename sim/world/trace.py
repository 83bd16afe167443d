"""A trace: what the telephone network does with each call, decided beforehand.

Pure values. One row stands for the nth attempt to one number. Replaying a trace gives
the same calls again, to the millisecond that the network allows. All times are seconds:
`post_dial_s` from the INVITE to the first sign of ringing, `ring_s` from there to the
answer or refusal (for an announcement: how long it is heard), `talk_s` from the answer
to the hang-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class BadTrace(ValueError):
    """A row of a trace says something that no network can do."""


class Kind(StrEnum):
    """What the network, or who picks up, does with a call."""

    HUMAN = "human"
    MACHINE = "machine"  # a mailbox answers
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    INVALID = "invalid"
    REJECTED = "rejected"
    CONGESTION = "congestion"
    SILENT = "silent"  # 100 Trying and then nothing, until the caller gives up
    EARLY_MEDIA = "early_media"  # an announcement before the answer, then a refusal


class Party(StrEnum):
    """Who ends a conversation."""

    CALLEE = "callee"
    CALLER = "caller"


RINGS_ON = 0  # no final code: the callee rings until the caller gives up

# The final SIP codes that each kind may have, the usual one first.
CODES: Mapping[Kind, tuple[int, ...]] = MappingProxyType(
    {
        Kind.HUMAN: (200,),
        Kind.MACHINE: (200,),
        Kind.BUSY: (486, 600),
        Kind.NO_ANSWER: (RINGS_ON, 480, 408),
        Kind.INVALID: (404, 410, 484, 604),
        Kind.REJECTED: (403, 603),
        Kind.CONGESTION: (503, 500, 504, 488),
        Kind.SILENT: (RINGS_ON,),
        Kind.EARLY_MEDIA: (404, 480),
    }
)
ANSWERED = (Kind.HUMAN, Kind.MACHINE)
KEYS = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True)
class Timed:
    """Something at a moment after the answer: a clip heard, a key pressed."""

    at_s: float
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRow:
    """The nth (from 1) attempt to `number` (E.164 digits, without +)."""

    number: str
    nth: int
    kind: Kind
    code: int
    post_dial_s: float
    ring_s: float
    talk_s: float = 0.0
    hangs_up: Party = Party.CALLEE
    says: tuple[Timed, ...] = ()
    keys: tuple[Timed, ...] = ()

    def __post_init__(self) -> None:
        if not (self.number.isascii() and self.number.isdigit()):
            raise BadTrace(f"número {self.number!r}: só algarismos, com 55 e DDD")
        if self.nth < 1:
            raise BadTrace(
                f"{self.number}: a tentativa {self.nth} não existe (de 1 em diante)"
            )
        if self.code not in CODES[self.kind]:
            raise BadTrace(f"{self.number}: {self.kind} não termina com SIP {self.code}")
        if min(self.post_dial_s, self.ring_s, self.talk_s) < 0:
            raise BadTrace(f"{self.number}: tempo negativo")
        if any(not key.what or set(key.what) - KEYS for key in self.keys):
            raise BadTrace(f"{self.number}: tecla desconhecida")


def format_timed(items: Iterable[Timed]) -> str:
    """Write timed things as one field.

    >>> format_timed((Timed(0.4, "alo"), Timed(3.25, "pix")))
    '0.400:alo 3.250:pix'
    """
    return " ".join(f"{item.at_s:.3f}:{item.what}" for item in items)


def parse_timed(field: str) -> tuple[Timed, ...]:
    """Read what `format_timed` wrote; raises BadTrace."""
    found = []
    for part in field.split():
        at, colon, what = part.partition(":")
        try:
            found.append(Timed(float(at), what))
        except ValueError as error:
            raise BadTrace(f"{part!r}: esperado segundos:nome") from error
        if not colon or not what:
            raise BadTrace(f"{part!r}: esperado segundos:nome")
    return tuple(sorted(found, key=lambda item: item.at_s))


def counts(rows: Iterable[TraceRow]) -> dict[str, int]:
    """Count rows per kind, every kind named, in the order of Kind."""
    found = dict.fromkeys((kind.value for kind in Kind), 0)
    for row in rows:
        found[row.kind.value] += 1
    return found
