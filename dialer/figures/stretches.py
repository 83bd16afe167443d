"""Between which instants the effect of a change of settings is looked for. Pure.

Before a change: the last stretch in which the campaign ran, as long as the rules were the
same. After it: the first such stretch. Stretches end where anything was changed, be it a
rule or start and pause, so that no pause thins out a figure; and four hours are enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST = timedelta(hours=4)
RUNS = "running"


@dataclass(frozen=True, slots=True)
class Turn:
    """One change: the status that it brought, or None when rules were changed."""

    at: datetime
    was: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """[since, until) of an unchanged campaign that ran."""

    since: datetime
    until: datetime

    @property
    def seconds(self) -> float:
        return (self.until - self.since).total_seconds()


def stretches(
    turns: Sequence[Turn], begun: datetime, now: datetime, status: str
) -> list[Stretch | None]:
    """What lies before, between and after the turns, the oldest first; None: it rested.

    `status` is that of `now`.
    """
    known = next((turn.was for turn in turns if turn.status is not None), status)
    found: list[Stretch | None] = []
    since = begun
    for turn in turns:
        found.append(_ran(known, since, turn.at))
        since, known = turn.at, turn.status or known
    return [*found, _ran(status, since, now)]


def _ran(status: str | None, since: datetime, until: datetime) -> Stretch | None:
    return Stretch(since, until) if status == RUNS and until > since else None


def around(
    turns: Sequence[Turn], found: Sequence[Stretch | None], turn: int
) -> tuple[Stretch | None, Stretch | None]:
    """The stretches to compare for one turn; None: there is none yet, or none any more."""
    return _before(turns, found, turn), _after(turns, found, turn)


def _before(
    turns: Sequence[Turn], found: Sequence[Stretch | None], turn: int
) -> Stretch | None:
    for n in range(turn, -1, -1):
        stretch = found[n]
        if stretch is not None:
            return Stretch(max(stretch.since, stretch.until - LONGEST), stretch.until)
        if n == 0 or _bounds(turns, turn, n - 1):
            return None
    return None


def _after(
    turns: Sequence[Turn], found: Sequence[Stretch | None], turn: int
) -> Stretch | None:
    for n in range(turn + 1, len(found)):
        stretch = found[n]
        if stretch is not None:
            return Stretch(stretch.since, min(stretch.until, stretch.since + LONGEST))
        if n == len(turns) or _bounds(turns, turn, n):
            return None
    return None


def _bounds(turns: Sequence[Turn], turn: int, other: int) -> bool:
    """Starts and pauses stand alone; a rule holds over them, until another rule."""
    return turns[turn].status is not None or turns[other].status is None
