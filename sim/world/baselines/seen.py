"""What every baseline needs to remember of the floor. Pure."""

from __future__ import annotations

from bisect import insort
from collections import deque

from dialer.pacing import (
    Abandoned,
    AgentChanged,
    Answered,
    Connected,
    Event,
    Placed,
    Resolved,
    TalkEnded,
    WrapEnded,
)

_OVER = ("busy", "no_answer", "invalid", "human", "machine")


class Seen:
    """Counts of the day, and the last `calls` endings and `talks` durations."""

    def __init__(self, *, calls: int = 300, talks: int = 200) -> None:
        self.humans = self.abandoned = self.placed = 0
        self.abandoned_at: deque[float] = deque()
        self.placed_at: deque[float] = deque()
        self.answered_at: deque[float] = deque()
        self.answer_delays: deque[float] = deque(maxlen=20)
        self.all_delays: deque[float] = deque(maxlen=100)
        self.agents: set[str] = set()  # paused ones too
        self.talks_s: deque[float] = deque(maxlen=talks)
        self.ordered_s: list[float] = []  # talk and wrap-up together, sorted
        self._services_s: deque[float] = deque()
        self._talks = talks
        self._endings: deque[bool] = deque(maxlen=calls)
        self._answers = 0
        self._began: dict[str, float] = {}
        self._rings: dict[str, float] = {}

    @property
    def abandoned_share(self) -> float:
        return self.abandoned / self.humans if self.humans else 0.0

    @property
    def endings(self) -> int:
        return len(self._endings)

    def answer_share(self, default: float) -> float:
        """Share of the remembered calls that a person answered."""
        return max(self._answers, 1) / len(self._endings) if self._endings else default

    def mean_service_s(self, default: float) -> float:
        return sum(self.ordered_s) / len(self.ordered_s) if self.ordered_s else default

    def learn(self, event: Event) -> None:
        """Take one event in."""
        match event:
            case Placed():
                self.placed += 1
                self.placed_at.append(event.at_s)
                self._rings[event.call] = event.at_s
            case Answered():
                self._answered(event)
            case Resolved():
                self._resolved(event)
            case Abandoned():
                self.abandoned += 1
                self.abandoned_at.append(event.at_s)
            case Connected():
                self._began[event.agent] = event.at_s
            case TalkEnded() if event.agent in self._began:
                self.talks_s.append(event.at_s - self._began[event.agent])
            case WrapEnded() if event.agent in self._began:
                self._served(event.at_s - self._began.pop(event.agent))
            case AgentChanged():
                (self.agents.discard if event.state == "offline" else self.agents.add)(
                    event.agent
                )
            case _:
                pass

    def forget(self, before_s: float) -> None:
        """Drop instants that lie before."""
        for instants in (self.abandoned_at, self.placed_at, self.answered_at):
            while instants and instants[0] < before_s:
                instants.popleft()

    def _answered(self, event: Answered) -> None:
        self.answered_at.append(event.at_s)
        if (placed_s := self._rings.get(event.call)) is not None:
            self.answer_delays.append(event.at_s - placed_s)

    def _resolved(self, event: Resolved) -> None:
        placed_s = self._rings.pop(event.call, None)
        if event.outcome not in _OVER:
            return
        human = event.outcome == "human"
        self.humans += human
        if placed_s is not None:
            self.all_delays.append(event.at_s - placed_s)
        if len(self._endings) == self._endings.maxlen:
            self._answers -= self._endings[0]
        self._endings.append(human)
        self._answers += human

    def _served(self, service_s: float) -> None:
        self._services_s.append(service_s)
        insort(self.ordered_s, service_s)
        if len(self._services_s) > self._talks:
            self.ordered_s.remove(self._services_s.popleft())
