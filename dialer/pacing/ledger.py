"""Which calls are alive and what is known of each. Pure.

A call rings, may be undecided while the machine detector listens, may be a person who
needs an agent, and is over. Calls that are over are remembered for a while, so that
late news of them (a verdict at hang-up, a reviewed recording) is not news of a stranger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from dialer.pacing.snapshot import UnknownCall

_REMEMBERED = 8192


class Stage(Enum):
    """Where a call is in its life."""

    RINGING = auto()
    UNDECIDED = auto()
    PERSON = auto()
    INBOUND = auto()
    OVER = auto()


@dataclass(slots=True)
class LiveCall:
    """`weight`: chance of answer as a multiple of an ordinary call's."""

    placed_s: float
    weight: float = 1.0
    stage: Stage = Stage.RINGING
    answered_s: float | None = None
    counted: bool = False  # as a person's answer
    expected: bool = False  # its chance of an answer was added up
    dropped: bool = False
    doubt: float = 0.0  # of a machine: counted as a person missed, until reviewed


class Ledger:
    """Calls by id."""

    def __init__(self) -> None:
        self.live: dict[str, LiveCall] = {}
        self._over: dict[str, LiveCall] = {}

    def placed(self, call: str, at_s: float, weight: float) -> LiveCall:
        known = self._find(call)
        if known is None:
            known = self.live[call] = LiveCall(placed_s=at_s, weight=weight)
        return known

    def inbound(self, call: str, at_s: float) -> None:
        if self._find(call) is None:
            self.live[call] = LiveCall(placed_s=at_s, stage=Stage.INBOUND)

    def of(self, call: str) -> LiveCall:
        """Return the call; raises UnknownCall."""
        known = self._find(call)
        if known is None:
            raise UnknownCall(call)
        return known

    def adopt(self, calls: Iterable[tuple[str, float]], stage: Stage) -> None:
        """Calls that the shell shows and nobody told of: placed before a restart."""
        for call, since_s in calls:
            if self._find(call) is None:
                new = LiveCall(placed_s=since_s, stage=stage)
                if stage is not Stage.RINGING:
                    new.answered_s = since_s
                self.live[call] = new

    def shows_strangers(self, calls: Iterable[str]) -> bool:
        return not self.live.keys() >= set(calls)

    def end(self, call: str) -> None:
        """Nothing more is expected of the call."""
        known = self.live.pop(call, None)
        if known is not None:
            known.stage = Stage.OVER
            self._over[call] = known
            if len(self._over) > _REMEMBERED:
                del self._over[next(iter(self._over))]

    def _find(self, call: str) -> LiveCall | None:
        return self.live.get(call) or self._over.get(call)
