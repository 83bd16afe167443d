"""What a campaign's pacer hears of the floor's steps: its own calls, and all agents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from dialer.calls.call import Call, CallState
from dialer.calls.events import NetworkOutcome
from dialer.pacing import Event
from dialer.shell.facts import Ended, Fact, Step
from dialer.shell.pacing_news import RESOLVED, PacingNews

ONE, TWO = UUID(int=1), UUID(int=2)
AT = datetime(2026, 3, 10, 13, tzinfo=UTC)


class Listener:
    """Stands where an audience stands, and writes down what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, ...]] = []

    def tell(self, event: Event) -> None:
        named = (getattr(event, name, "") for name in ("call", "agent", "outcome", "state"))
        self.heard.append((type(event).__name__, *(str(one) for one in named if one)))

    def placed(self, event: Event) -> None:
        self.tell(event)

    def of_call(self, event: Event, call: str) -> None:
        assert getattr(event, "call", None) == call
        self.tell(event)

    def over(self, call: str) -> None:
        self.heard.append(("over", call))


@pytest.fixture
def floor() -> tuple[PacingNews, Listener, Listener]:
    news, one, two = PacingNews(), Listener(), Listener()
    listeners: dict[UUID, Any] = {ONE: one, TWO: two}
    news.audiences = listeners
    news.hears_inbound = TWO
    return news, one, two


def agent(state: str, call: str | None = None) -> Step:
    data = {"state": state}
    return Step(facts=[Fact(kind="agent", at=AT, agent="a", call=call, data=data)])


def ended(call: Call, *, abandoned: bool = False) -> Step:
    return Step(ended=[Ended(call=call, channel=call.id, agent=None, abandoned=abandoned)])


def answered(call: str, *, joined: bool = False) -> Call:
    return Call(
        id=call, state=CallState.ENDED, answered_at=AT, ended_at=AT + timedelta(seconds=9),
        joined_at=AT if joined else None, outcome=NetworkOutcome.ANSWERED,
    )  # fmt: skip


def test_a_talk_is_told_to_the_campaign_of_its_call_from_join_to_wrap_up(
    floor: tuple[PacingNews, Listener, Listener],
) -> None:
    news, one, two = floor
    calls = {"c": ONE}
    news.placed(ONE, "c", None, 0.0)
    up = Step(facts=[Fact(kind="answered", at=AT, call="c")])
    news.of_step(up, calls, 5.0)
    for state in ("reserved", "talking"):
        news.of_step(agent(state, "c"), calls, 5.0)
    news.of_step(ended(answered("c", joined=True)), calls, 40.0)
    for state in ("wrap_up", "idle"):
        news.of_step(agent(state), calls, 41.0)
    assert one.heard == [
        ("Placed", "c"), ("Answered", "c"), ("Connected", "c", "a"), ("over", "c"),
        ("TalkEnded", "a"), ("AgentChanged", "a", "idle"), ("WrapEnded", "a"),
    ]  # fmt: skip
    assert two.heard == [("AgentChanged", "a", "idle")]
    assert calls == {}


@pytest.mark.parametrize("outcome", list(NetworkOutcome))
def test_each_network_outcome_has_its_word_for_the_pacer(
    floor: tuple[PacingNews, Listener, Listener], outcome: NetworkOutcome
) -> None:
    news, one, _ = floor
    if outcome is not NetworkOutcome.ANSWERED:
        call = Call(id="c", state=CallState.ENDED, ended_at=AT, outcome=outcome)
        news.of_step(ended(call), {"c": ONE}, 3.0)
        assert one.heard == [("Resolved", "c", RESOLVED[outcome]), ("over", "c")]
    assert outcome in RESOLVED


def test_who_hangs_up_early_is_told_as_such_and_is_not_abandoned(
    floor: tuple[PacingNews, Listener, Listener],
) -> None:
    news, one, _ = floor
    news.of_step(ended(answered("c")), {"c": ONE}, 3.0)
    assert one.heard == [("HungUp", "c"), ("over", "c")]


def test_an_abandonment_is_told_once_when_it_happens_or_else_at_the_end(
    floor: tuple[PacingNews, Listener, Listener],
) -> None:
    news, one, _ = floor
    news.abandoned(ONE, "c", 2.0)
    news.abandoned(ONE, "c", 2.5)
    news.of_step(ended(answered("c"), abandoned=True), {"c": ONE}, 9.0)
    news.of_step(ended(answered("d"), abandoned=True), {"d": ONE}, 9.0)
    assert one.heard == [
        ("Abandoned", "c"),
        ("over", "c"),
        ("Abandoned", "d"),
        ("over", "d"),
    ]


def test_inbound_calls_are_told_to_one_campaign_alone(
    floor: tuple[PacingNews, Listener, Listener],
) -> None:
    news, one, two = floor
    news.of_step(Step(facts=[Fact(kind="inbound", at=AT, call="i")]), {}, 1.0)
    assert (one.heard, two.heard) == ([], [("InboundArrived", "i")])


def test_an_agent_in_an_inbound_talk_works_for_no_campaign(
    floor: tuple[PacingNews, Listener, Listener],
) -> None:
    news, one, _ = floor
    news.of_step(agent("talking", "c"), {"c": ONE}, 1.0)
    assert news.talked_for == {"a": ONE}
    news.of_step(agent("wrap_up"), {}, 2.0)
    news.of_step(agent("talking", "inbound"), {}, 3.0)
    assert news.talked_for == {}
    news.of_step(agent("wrap_up"), {}, 4.0)
    assert [name for name, *_ in one.heard] == ["Connected", "TalkEnded"]
