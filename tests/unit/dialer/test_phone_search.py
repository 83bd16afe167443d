"""An agent without sound gets it though the last word about his phone was of an old one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dialer.adapters.scripted import Party, ScriptedTelephony
from dialer.calls import agent as agents
from dialer.calls.agent import AgentState
from dialer.ports import SwitchUnreachable
from dialer.shell import phone_search
from dialer.shell.facts import Nail
from dialer.shell.floor import Floor
from dialer.shell.phone_search import PhoneSearch

NOW = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_search, "LOOK_S", 0.0)


@pytest.fixture
def floor() -> Floor:
    """A page registered anew, and then the end of its old contact was told."""
    floor = Floor(lambda: "leg")
    floor.on_agent("web001", lambda a: agents.logged_in(a, NOW), NOW)
    floor.on_endpoint("web001", NOW, reachable=False)
    return floor


def a_switch(*endpoints: str) -> ScriptedTelephony:
    telephony = ScriptedTelephony(lambda _: Party())
    telephony.restore()
    for endpoint in endpoints:
        telephony.register(endpoint)
    return telephony


async def test_whose_phone_is_there_is_seated_once(floor: Floor) -> None:
    search = PhoneSearch(floor, a_switch("web001", "web002"))
    (step,) = await search.found()
    assert step.actions == [Nail(agent="web001", leg="leg")]
    assert await search.found() == []


async def test_whose_phone_is_away_waits(floor: Floor) -> None:
    assert await PhoneSearch(floor, a_switch("web002")).found() == []


@pytest.mark.parametrize(
    ("state", "leg"), [(AgentState.OFFLINE, None), (AgentState.IDLE, "leg")]
)
async def test_who_needs_none_is_not_looked_for(
    floor: Floor, state: AgentState, leg: str | None
) -> None:
    floor.agents["web001"] = replace(floor.agents["web001"], state=state, leg=leg)
    assert await PhoneSearch(floor, a_switch("web001")).found() == []


async def test_a_switch_that_does_not_answer_is_asked_again(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    telephony = a_switch("web001")
    search = PhoneSearch(floor, telephony)

    async def away() -> set[str]:
        raise SwitchUnreachable("away")

    with monkeypatch.context() as patch:
        patch.setattr(telephony, "reachable_endpoints", away)
        assert await search.found() == []
    assert len(await search.found()) == 1


async def test_it_asks_every_few_seconds_and_not_more_often(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_search, "LOOK_S", 3600.0)
    assert await PhoneSearch(floor, a_switch("web001")).found() == []
