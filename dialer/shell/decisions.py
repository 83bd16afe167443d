"""What the pacers decide, and why; and the floor as they see it now.

Decisions that place nothing for the same reason are one row, with the newest figures and
how many they were; a row that goes on is closed after a few seconds. The hour itself is
kept on the bus; here only what was not told yet, and never more than MOST rows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dialer.pacing import Decision, Reason, Snapshot
from dialer.pacing.abandonment import Budget

MOST = 5_000
LONGEST_ROW = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One row: `count` decisions from `at` to `until`."""

    campaign: UUID
    at: datetime
    until: datetime
    calls: int
    cancels: int
    held: int
    reasons: tuple[Reason, ...]
    count: int = 1

    def as_event(self) -> dict[str, Any]:
        """Return it as plain values, for the bus."""
        return {
            "campaign": str(self.campaign),
            "at": _stamp(self.at),
            "until": _stamp(self.until),
            "calls": self.calls,
            "cancels": self.cancels,
            "held": self.held,
            "count": self.count,
            "reasons": [[r.code, dict(r.figures)] for r in self.reasons],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One campaign's floor now; None where the mode has no such figure."""

    free: int
    ringing: int
    waiting: int
    busy: int
    soon_free: float | None = None  # agents, within a ring time
    answers: float | None = None  # people who will answer of those that ring
    risk: float | None = None  # chance 0..1 that the next call finds nobody
    budget_left: float | None = None  # drops that may still happen
    target: float | None = None  # of the limit that binds
    rates: tuple[tuple[float, float, float], ...] = ()  # window_s, limit, share abandoned

    @classmethod
    def of(cls, floor: Snapshot, decision: Decision, budgets: Sequence[Budget]) -> Picture:
        """Read the figures that the decision was made from."""
        figures: dict[str, float] = {}
        for reason in reversed(decision.reasons):
            figures |= reason.figures
        return cls(
            free=floor.idle,
            ringing=len(floor.ringing),
            waiting=len(floor.waiting),
            busy=len(floor.talking) + len(floor.wrapping),
            soon_free=figures.get("soon_free"),
            answers=figures.get("answers"),
            risk=figures.get("risk"),
            budget_left=figures.get("budget_left"),
            target=figures.get("target"),
            rates=tuple((b.window_s, b.share, round(b.rate, 4)) for b in budgets),
        )

    def as_event(self, campaign: UUID, mode: str) -> dict[str, Any]:
        """Return it as plain values, for the bus."""
        shown = {name: getattr(self, name) for name in self.__slots__}
        rounded = {n: round(v, 4) if isinstance(v, float) else v for n, v in shown.items()}
        return {"campaign": str(campaign), "mode": mode, **rounded}


@dataclass(slots=True)
class DecisionLog:
    """All campaigns' rows that were not told yet, and each one's picture."""

    pictures: dict[UUID, Picture] = field(default_factory=dict)
    _open: dict[UUID, Told] = field(default_factory=dict)
    _fresh: deque[Told] = field(default_factory=lambda: deque(maxlen=MOST))

    def take(
        self, campaign: UUID, decision: Decision, picture: Picture, at: datetime
    ) -> None:
        """Remember a decision and what it was made from."""
        self.pictures[campaign] = picture
        new = Told(
            campaign=campaign,
            at=at,
            until=at,
            calls=decision.calls,
            cancels=len(decision.cancels),
            held=decision.held,
            reasons=decision.reasons,
        )
        before = self._open.pop(campaign, None)
        if before is not None and _goes_on(before, new):
            new = replace(new, at=before.at, count=before.count + 1)
        elif before is not None:
            self._fresh.append(before)
        if new.calls or new.cancels or new.until - new.at >= LONGEST_ROW:
            self._fresh.append(new)
        else:
            self._open[campaign] = new

    def forget(self, running: set[UUID]) -> None:
        """Close the rows of campaigns that do not run any more."""
        for campaign in self._open.keys() - running:
            self._fresh.append(self._open.pop(campaign))
        for campaign in self.pictures.keys() - running:
            del self.pictures[campaign]

    def fresh(self) -> list[Told]:
        """Rows that were closed since the last asking."""
        closed = list(self._fresh)
        self._fresh.clear()
        return closed


def _goes_on(before: Told, new: Told) -> bool:
    nothing_placed = not (before.calls or before.cancels or new.calls or new.cancels)
    return nothing_placed and [r.code for r in before.reasons] == [
        r.code for r in new.reasons
    ]


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
