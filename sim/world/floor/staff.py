"""The agents of a floor in virtual time: who is free, what they work, when they go.

Pure. Knows nothing of calls. The dicts are handed to the pacer as they are, so the order
of `idle` is the order in which agents became free.
"""

from __future__ import annotations

from dataclasses import replace

from sim.world.floor.shifts import Step

Spans = tuple[tuple[float, float], ...]


class Staff:
    """Keeps each agent in one of idle, talking, wrapping, away, gone; counts seconds."""

    __slots__ = (
        "_away_since",
        "_closed",
        "_gone",
        "_in_since",
        "_keeps_wishes",
        "_lent",
        "_wanted",
        "away_s",
        "gaps",
        "gaps_s",
        "idle",
        "leaving",
        "lent_s",
        "logged_in_s",
        "rested_s",
        "talk_s",
        "talking",
        "talks",
        "wrap_s",
        "wrapping",
    )

    def __init__(self, *, keeps_wishes: bool = False, closed: Spans = ()) -> None:
        """`keeps_wishes`: who asks to go while away goes again; else it is not heard.

        Idle seconds in `closed` spans are no time on the floor.
        """
        self._keeps_wishes, self._closed = keeps_wishes, closed
        self.idle: dict[str, float] = {}
        self.talking: dict[str, float] = {}
        self.wrapping: dict[str, float] = {}
        self.leaving: dict[str, float] = {}
        self._in_since: dict[str, float] = {}
        self._away_since: dict[str, float] = {}
        self._lent: dict[str, float] = {}  # of who is away: how much of it for others
        self._wanted: dict[str, Step] = {}
        self._gone: set[str] = set()  # for good, whatever a break still promised
        self.talk_s = self.wrap_s = self.logged_in_s = self.away_s = 0.0
        self.lent_s = self.rested_s = 0.0
        self.gaps_s, self.gaps, self.talks = 0.0, 0, 0

    def seconds(self, now_s: float) -> tuple[float, float, float, float]:
        """Talk, wrap-up, logged in, on break until now, those still going on included."""

        def so_far(since: dict[str, float]) -> float:
            return len(since) * now_s - sum(since.values())

        lent_s = sum(
            min(now_s - self._away_since[agent], most) for agent, most in self._lent.items()
        )
        elsewhere_s = self.lent_s + lent_s + self.rested_s
        if self._closed:
            elsewhere_s += sum(self._rested(at_s, now_s) for at_s in self.idle.values())
        return (
            self.talk_s + so_far(self.talking),
            self.wrap_s + so_far(self.wrapping),
            self.logged_in_s + so_far(self._in_since) - elsewhere_s,
            self.away_s + so_far(self._away_since) - lent_s,
        )

    def comes(self, at_s: float, agent: str) -> bool:
        """Log in, or back from a break; whether the agent is there now."""
        if agent in self._gone:
            return False
        if agent in self._away_since:
            self._returns(at_s, agent)
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
            elif self._keeps_wishes:
                self._wants(step)
            return False
        before = self._wanted.get(agent)
        if before is None or before.what != "out":
            self._wants(step)
        self.leaving[agent] = min(step.at_s, self.leaving.get(agent, step.at_s))
        return agent in self.idle

    def _wants(self, step: Step) -> None:
        before = self._wanted.get(step.agent)
        if before is not None and self._keeps_wishes and step.what != "out":
            step = replace(
                step,
                away_s=before.away_s + step.away_s,
                lent_s=before.lent_s + step.lent_s,
            )
        self._wanted[step.agent] = step

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
        if agent in self.idle:
            self._leaves_idle(at_s, agent)
        if step.what == "out":
            self._logs_out(at_s, agent)
        else:
            self._away_since[agent] = at_s
            if step.lent_s:
                self._lent[agent] = step.lent_s
        return step

    def _returns(self, at_s: float, agent: str) -> None:
        gone_s = at_s - self._away_since.pop(agent)
        lent_s = min(gone_s, self._lent.pop(agent, 0.0))
        self.lent_s += lent_s
        self.away_s += gone_s - lent_s

    def _logs_out(self, at_s: float, agent: str) -> None:
        if agent in self._away_since:
            self._returns(at_s, agent)
        self._wanted.pop(agent, None)
        self._gone.add(agent)
        self.logged_in_s += at_s - self._in_since.pop(agent)
        self.leaving.pop(agent, None)

    def longest_idle(self, at_s: float) -> str | None:
        """Take the agent who waits longest into a talk."""
        for agent in self.idle:
            self.gaps_s += self._leaves_idle(at_s, agent)
            self.gaps += 1
            self.begins(at_s, agent)
            return agent
        return None

    def _leaves_idle(self, at_s: float, agent: str) -> float:
        """How long it lasted, where the floor was open."""
        since_s = self.idle.pop(agent)
        rested_s = self._rested(since_s, at_s) if self._closed else 0.0
        self.rested_s += rested_s
        return at_s - since_s - rested_s

    def _rested(self, since_s: float, until_s: float) -> float:
        return sum(
            max(0.0, min(until_s, end) - max(since_s, begin)) for begin, end in self._closed
        )

    def begins(self, at_s: float, agent: str) -> None:
        self.talking[agent] = at_s
        self.talks += 1

    def ends_talk(self, at_s: float, agent: str) -> None:
        self.talk_s += at_s - self.talking.pop(agent)
        self.wrapping[agent] = at_s

    def ends_wrap(self, at_s: float, agent: str) -> None:
        self.wrap_s += at_s - self.wrapping.pop(agent)
