"""Whatever the floor does, the pacer answers with a number that can be obeyed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.pacing import (
    Abandoned,
    AgentChanged,
    Answered,
    Connected,
    Decision,
    InboundArrived,
    Pacer,
    Placed,
    Policy,
    Resolved,
    Snapshot,
    TalkEnded,
    WrapEnded,
)
from dialer.pacing.policy import MOST_LINES_PER_AGENT, Mode

_UNANSWERED = ("busy", "no_answer", "invalid", "failed", "machine")


class Floor:
    """A small floor whose dice are a seeded generator: everything a shell can produce."""

    def __init__(self, policy: Policy, dice: random.Random, agents: int) -> None:
        self.pacer = Pacer(policy)
        self.policy = policy
        self.dice = dice
        self.now_s = 0.0
        self.idle = [f"a{n}" for n in range(agents)]
        self.calls: dict[str, dict[str, float]] = {
            name: {} for name in ("ringing", "waiting", "undecided", "inbound_waiting")
        }
        self.talking: dict[str, float] = {}
        self.wrapping: dict[str, float] = {}
        self.leaving: dict[str, float] = {}
        self.placed: list[float] = []
        self.room = 200

    def step(self) -> Decision:
        """Some seconds pass, a few things happen, the pacer decides."""
        self.now_s += self.dice.choice((0.0, 0.25, 1.0, 30.0))
        for _ in range(self.dice.randrange(8)):
            self.dice.choice(self.happenings())()
        self.room = self.dice.choice((0, 3, 200))
        snapshot = Snapshot(
            idle=len(self.idle),
            room=self.room,
            talking=self.talking,
            wrapping=self.wrapping,
            leaving=self.leaving,
            next_scores=(0.1, 0.9) if self.dice.random() < 0.2 else (),
            **self.calls,
        )
        decision = self.pacer.decide(self.now_s, snapshot)
        self.check(decision)
        for call in decision.cancels:
            del self.calls["ringing"][call]
            self.tell(Resolved(at_s=self.now_s, call=call, outcome="cancelled"))
        for _ in range(decision.calls):
            call = f"c{len(self.placed)}"
            self.placed.append(self.now_s)
            p = self.dice.random() if self.dice.random() < 0.1 else None
            self.tell(Placed(at_s=self.now_s, call=call, p=p))
            self.calls["ringing"][call] = self.now_s
        return decision

    def tell(self, event: object) -> None:
        self.pacer.observe(event)  # type: ignore[arg-type]

    def check(self, decision: Decision) -> None:
        """The bounds that hold in every mode and state."""
        assert 0 <= decision.calls <= self.room
        assert 0 <= decision.held <= len(self.idle)
        assert decision.reasons
        agents = len(self.idle) + len(self.talking) + len(self.wrapping)
        if self.policy.mode != "agentless":
            assert decision.calls <= MOST_LINES_PER_AGENT * agents
        ringing = self.calls["ringing"]
        for call in decision.cancels:
            assert self.now_s - ringing[call] >= self.policy.min_ring_s
        lines = len(ringing) + len(self.talking)
        lines += len(self.calls["waiting"]) + len(self.calls["undecided"])
        if self.policy.max_lines is not None and decision.calls:
            assert lines + decision.calls <= self.policy.max_lines
        if self.policy.max_cps is not None:
            late = sum(at_s > self.now_s - 1.0 for at_s in self.placed)
            assert late + decision.calls <= max(1.0, self.policy.max_cps)

    def happenings(self) -> list[Callable[[], None]]:
        return [
            self.answer,
            self.end_ring,
            self.connect,
            self.abandon,
            self.end_talk,
            self.end_wrap,
            self.inbound,
            self.pause,
        ]

    def _take(self, name: str) -> str | None:
        calls = self.calls[name]
        call = self.dice.choice(list(calls)) if calls else None
        if call is not None:
            del calls[call]
        return call

    def answer(self) -> None:
        if call := self._take("ringing"):
            self.tell(Answered(at_s=self.now_s, call=call))
            if self.policy.amd and self.dice.random() < 0.5:
                self.calls["undecided"][call] = self.now_s
            else:
                self.tell(Resolved(at_s=self.now_s, call=call, outcome="human"))
                self.calls["waiting"][call] = self.now_s

    def end_ring(self) -> None:
        if call := self._take("ringing"):
            outcome = self.dice.choice(_UNANSWERED)
            self.tell(Resolved(at_s=self.now_s, call=call, outcome=outcome))  # type: ignore[arg-type]

    def connect(self) -> None:
        if self.idle and (call := self._take("waiting") or self._take("inbound_waiting")):
            agent = self.idle.pop()
            self.tell(Connected(at_s=self.now_s, call=call, agent=agent))
            self.talking[agent] = self.now_s

    def abandon(self) -> None:
        if call := self._take("waiting"):
            self.tell(Abandoned(at_s=self.now_s, call=call))

    def end_talk(self) -> None:
        if self.talking:
            agent = self.dice.choice(list(self.talking))
            del self.talking[agent]
            self.tell(TalkEnded(at_s=self.now_s, agent=agent))
            self.wrapping[agent] = self.now_s

    def end_wrap(self) -> None:
        if self.wrapping:
            agent = self.dice.choice(list(self.wrapping))
            del self.wrapping[agent]
            self.tell(WrapEnded(at_s=self.now_s, agent=agent))
            self.idle.append(agent)

    def inbound(self) -> None:
        call = f"i{self.dice.random()}"
        self.tell(InboundArrived(at_s=self.now_s, call=call))
        self.calls["inbound_waiting"][call] = self.now_s

    def pause(self) -> None:
        if self.idle and self.dice.random() < 0.2:
            agent = self.idle.pop()
            self.leaving[agent] = self.now_s + self.dice.choice((-5.0, 5.0, 100.0))
            self.tell(AgentChanged(at_s=self.now_s, agent=agent, state="paused"))


policies = st.builds(
    Policy,
    limits=st.lists(
        st.tuples(
            st.sampled_from((0.0, 0.01, 0.03, 1.0)), st.sampled_from((60.0, 86_400.0))
        ),
        max_size=3,
    ).map(tuple),
    mode=st.sampled_from(get_args(Mode)),
    ratio=st.floats(1.0, MOST_LINES_PER_AGENT),
    clock_start=st.sampled_from(("connect", "greeting_start", "greeting_end")),
    min_ring_s=st.sampled_from((0.0, 15.0)),
    max_cps=st.none() | st.integers(1, 50).map(float),
    max_lines=st.none() | st.integers(0, 60),
    amd=st.booleans(),
    amd_errors_count=st.booleans(),
    inbound_target=st.none() | st.just((0.8, 20.0)),
)


@given(policy=policies, seed=st.integers(0, 2**32), agents=st.integers(0, 40))
@settings(max_examples=60)
def test_any_floor_gets_a_decision_within_all_bounds(
    policy: Policy, seed: int, agents: int
) -> None:
    floor = Floor(policy, random.Random(seed), agents)
    for _ in range(60):
        floor.step()


@given(policy=policies, seed=st.integers(0, 2**32))
@settings(max_examples=20)
def test_the_same_day_gives_the_same_decisions(policy: Policy, seed: int) -> None:
    first, second = (Floor(policy, random.Random(seed), 12) for _ in range(2))
    for _ in range(40):
        assert first.step() == second.step()


@pytest.mark.parametrize("limits", [((0.03, 3600.0),), ((0.03, 3600.0), (0.0, 86_400.0))])
def test_a_limit_of_nothing_means_one_call_for_each_agent(
    limits: tuple[tuple[float, float], ...],
) -> None:
    floor = Snapshot(idle=9, room=99, talking={f"a{n}": 0.0 for n in range(20)})
    decision = Pacer(Policy(limits=limits)).decide(60.0, floor)
    assert (decision.calls == 9) is (len(limits) == 2)
