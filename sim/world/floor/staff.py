"""The agents of a floor in virtual time: who is free, what they work, when they go.

Pure. Knows nothing of calls. The dicts are handed to the pacer as they are, so the order
of `idle` is the order in which agents became free.
"""

from __future__ import annotations

from sim.world.floor.shifts import Step


class Staff:
    """Keeps each agent in one of idle, talking, wrapping, away, gone; counts seconds."""

    __slots__ = (
        "_away_since",
        "_gone",
        "_in_since",
        "_wanted",
        "away_s",
        "gaps",
        "gaps_s",
        "idle",
        "leaving",
        "logged_in_s",
        "talk_s",
        "talking",
        "talks",
        "wrap_s",
        "wrapping",
    )

    def __init__(self) -> None:
        self.idle: dict[str, float] = {}
        self.talking: dict[str, float] = {}
        self.wrapping: dict[str, float] = {}
        self.leaving: dict[str, float] = {}
        self._in_since: dict[str, float] = {}
        self._away_since: dict[str, float] = {}
        self._wanted: dict[str, Step] = {}
        self._gone: set[str] = set()  # for good, whatever a break still promised
        self.talk_s = self.wrap_s = self.logged_in_s = self.away_s = 0.0
        self.gaps_s, self.gaps, self.talks = 0.0, 0, 0

    def seconds(self, now_s: float) -> tuple[float, float, float, float]:
        """Talk, wrap-up, logged in, on break until now, those still going on included."""

        def so_far(since: dict[str, float]) -> float:
            return len(since) * now_s - sum(since.values())

        return (
            self.talk_s + so_far(self.talking),
            self.wrap_s + so_far(self.wrapping),
            self.logged_in_s + so_far(self._in_since),
            self.away_s + so_far(self._away_since),
        )

    def comes(self, at_s: float, agent: str) -> bool:
        """Log in, or back from a break; whether the agent is there now."""
        if agent in self._gone:
            return False
        if agent in self._away_since:
            self.away_s += at_s - self._away_since.pop(agent)
        elif agent not in self._in_since:
            self._in_since[agent] = at_s
        else:
            return False
        return True

    def asks_to_go(self, step: Step) -> bool:
        """Take in that an agent means to leave; whether he is free to go at once."""
        agent = step.agent
        if agent not in self._in_since:
            self.leaving.pop(agent, None)
            return False
        if agent in self._away_since:
            if step.what == "out":
                self._logs_out(step.at_s, agent)
            return False
        before = self._wanted.get(agent)
        if before is None or before.what != "out":
            self._wanted[agent] = step
        self.leaving[agent] = min(step.at_s, self.leaving.get(agent, step.at_s))
        return agent in self.idle

    def announces(self, step: Step) -> None:
        """It is known that the agent means to leave then; the soonest counts."""
        if step.agent in self._in_since and step.agent not in self._away_since:
            known = self.leaving.get(step.agent, step.at_s)
            self.leaving[step.agent] = min(known, step.at_s)

    def wants_to_go(self, agent: str) -> bool:
        return agent in self._wanted

    def goes(self, at_s: float, agent: str) -> Step:
        """Leave now; the step says for how long."""
        step = self._wanted.pop(agent)
        self.leaving.pop(agent, None)
        self.idle.pop(agent, None)
        if step.what == "out":
            self._logs_out(at_s, agent)
        else:
            self._away_since[agent] = at_s
        return step

    def _logs_out(self, at_s: float, agent: str) -> None:
        if agent in self._away_since:
            self.away_s += at_s - self._away_since.pop(agent)
        self._gone.add(agent)
        self.logged_in_s += at_s - self._in_since.pop(agent)
        self.leaving.pop(agent, None)

    def longest_idle(self, at_s: float) -> str | None:
        """Take the agent who waits longest into a talk."""
        for agent in self.idle:
            self.gaps_s += at_s - self.idle.pop(agent)
            self.gaps += 1
            self.begins(at_s, agent)
            return agent
        return None

    def begins(self, at_s: float, agent: str) -> None:
        self.talking[agent] = at_s
        self.talks += 1

    def ends_talk(self, at_s: float, agent: str) -> None:
        self.talk_s += at_s - self.talking.pop(agent)
        self.wrapping[agent] = at_s

    def ends_wrap(self, at_s: float, agent: str) -> None:
        self.wrap_s += at_s - self.wrapping.pop(agent)
