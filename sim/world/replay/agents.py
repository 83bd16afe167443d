"""One agent's recorded states, read as a shift that can be played again. Pure.

Who asks for a break while talking goes when the wrap-up is over; what is played again is
the asking. A conversation that another campaign or an inbound call brought takes the
agent away for as long as it took, and counts neither as work nor as time on the floor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from uuid import UUID

from sim.world.floor.shifts import Step
from sim.world.floor.staff import Spans


class Doing(StrEnum):
    OFF = "off"
    FREE = "free"
    AWAY = "away"  # a break, or no sound
    LENT = "lent"  # in a conversation of somebody else's, or what is left of it
    TALKS = "talks"
    WRAPS = "wraps"


@dataclass(frozen=True, slots=True)
class Change:
    """From `at_s` on; `asks` = wants to go as soon as free; `call` is the one in hand."""

    at_s: float
    doing: Doing
    asks: bool = False
    call: UUID | None = None


@dataclass(slots=True)
class AgentWork:
    """`talk_s` and `wrap_s` by call, of those that ended; seconds within the window."""

    steps: list[Step] = field(default_factory=list)
    talk_s: dict[UUID, float] = field(default_factory=dict)
    wrap_s: dict[UUID, float] = field(default_factory=dict)
    lasted: dict[Doing, float] = field(default_factory=dict)
    free: list[tuple[float, float]] = field(default_factory=list)

    @property
    def present_s(self) -> float:
        """Logged in and not lent."""
        gone = self.lasted.get(Doing.OFF, 0.0) + self.lasted.get(Doing.LENT, 0.0)
        return sum(self.lasted.values()) - gone


def work_of(agent: str, changes: Sequence[Change], end_s: float) -> AgentWork:
    """Fold the changes of one agent, in order; the window is from 0 to `end_s`.

    Changes before 0 tell in which state it begins, those after `end_s` how what had
    begun before it ended.
    """
    work = AgentWork()
    unfinished: set[UUID] = set()
    for since_s, until_s, change in _spans(changes):
        seconds = min(until_s, end_s) - max(since_s, 0.0)
        if seconds > 0:
            work.lasted[change.doing] = work.lasted.get(change.doing, 0.0) + seconds
            if change.doing is Doing.FREE:
                work.free.append((max(since_s, 0.0), min(until_s, end_s)))
        if change.call is not None and change.doing in (Doing.TALKS, Doing.WRAPS):
            book = work.talk_s if change.doing is Doing.TALKS else work.wrap_s
            book[change.call] = book.get(change.call, 0.0) + until_s - since_s
            work.wrap_s.setdefault(change.call, 0.0)
            if until_s == inf:
                unfinished.add(change.call)
    for call in unfinished:
        work.talk_s.pop(call, None)
        work.wrap_s.pop(call, None)
    work.steps = _Shift(agent, end_s).steps(changes)
    return work


def _spans(changes: Sequence[Change]) -> Iterator[tuple[float, float, Change]]:
    """From, until and what; the last one lasts for ever. No clock goes back."""
    since_s = -inf
    for place, change in enumerate(changes):
        since_s = max(since_s, change.at_s)
        last = place + 1 == len(changes)
        until_s = inf if last else max(since_s, changes[place + 1].at_s)
        yield since_s, until_s, change


@dataclass(slots=True)
class _Absence:
    """From `at_s` on (when it was asked for); `comes`: the agent logs in with it."""

    at_s: float
    comes: bool
    away_s: float = 0.0
    lent_s: float = 0.0


class _Shift:
    """Gathers the steps of one agent; each return after a log-out is somebody new."""

    def __init__(self, agent: str, end_s: float) -> None:
        self._agent, self._end_s = agent, end_s
        self._stretch = 0
        self._present = False
        self._asked_s: float | None = None
        self._absence: _Absence | None = None
        self._found: list[Step] = []

    def steps(self, changes: Sequence[Change]) -> list[Step]:
        for since_s, until_s, change in _spans(changes):
            if until_s <= 0.0:
                continue  # over before the window
            if since_s >= self._end_s:
                break
            self._take(max(since_s, 0.0), min(until_s, self._end_s), change)
        self._end_absence()
        return self._found

    def _take(self, since_s: float, until_s: float, change: Change) -> None:
        match change.doing:
            case Doing.OFF:
                self._leaves(since_s)
            case Doing.AWAY | Doing.LENT:
                self._is_absent(since_s, until_s, change.doing)
            case _:
                self._end_absence()
                if not self._present:
                    self._comes(since_s)
                if not change.asks:
                    self._asked_s = None
                elif self._asked_s is None:
                    self._asked_s = since_s

    def _comes(self, at_s: float, away_s: float = 0.0, lent_s: float = 0.0) -> None:
        self._present = True
        self._stretch += 1
        self._found.append(Step(at_s, self._name, "in", away_s, lent_s))

    def _leaves(self, at_s: float) -> None:
        self._end_absence()
        if self._present:
            asked_s = at_s if self._asked_s is None else self._asked_s
            self._found.append(Step(asked_s, self._name, "out"))
        self._present, self._asked_s = False, None

    def _is_absent(self, since_s: float, until_s: float, doing: Doing) -> None:
        if self._absence is None:
            asked_s = since_s if self._asked_s is None else self._asked_s
            self._absence = _Absence(asked_s, not self._present)
        if doing is Doing.AWAY:
            self._absence.away_s += until_s - since_s
        else:
            self._absence.lent_s += until_s - since_s
        self._asked_s = None

    def _end_absence(self) -> None:
        absence, self._absence = self._absence, None
        if absence is None or absence.away_s + absence.lent_s <= 0.0:
            return
        if absence.comes:
            self._comes(absence.at_s, absence.away_s, absence.lent_s)
        else:
            self._found.append(
                Step(absence.at_s, self._name, "leave", absence.away_s, absence.lent_s)
            )

    @property
    def _name(self) -> str:
        return self._agent if self._stretch < 2 else f"{self._agent}/{self._stretch}"


def within(spans: Sequence[tuple[float, float]], others: Spans) -> float:
    """Seconds of `spans` that lie in `others`.

    >>> within([(0.0, 10.0), (20.0, 30.0)], ((5.0, 25.0),))
    10.0
    """
    return sum(
        max(0.0, min(end, until) - max(begin, since))
        for begin, end in spans
        for since, until in others
    )
