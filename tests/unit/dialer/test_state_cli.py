"""What `acordo state` reads at the command line, and says without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click
import pytest
from click.testing import CliRunner

from dialer.calls.agent import Agent, AgentState
from dialer.state.moment import Noted, leading, then
from dialer.state.replay import Told
from dialer.state.state_cli import instant, state
from dialer.state.telling import as_values, then_text

T0 = datetime(2026, 3, 10, 17, 3, 20, tzinfo=UTC)


def test_a_time_is_that_of_sao_paulo() -> None:
    assert instant("14:03:20", "2026-03-10") == T0
    assert instant("14:03", "2026-03-10") == T0 - timedelta(seconds=20)


@pytest.mark.parametrize(
    ("time", "day"),
    [("25:00", None), ("14:03:20Z", None), ("agora", None), ("14:03", "10/03/2026"),
     ("14:03", "0001-01-01")],
)  # fmt: skip
def test_what_is_no_time_is_refused(time: str, day: str | None) -> None:
    with pytest.raises(click.UsageError):
        instant(time, day)


def test_without_a_database_it_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = "postgresql+asyncpg://nobody@127.0.0.1:9/none"
    monkeypatch.setenv("ACORDO_DATABASE_URL", nowhere)
    monkeypatch.setenv("ACORDO_REDIS_URL", "redis://127.0.0.1:9")
    for arguments in (["rebuild"], ["at", "14:03"]):
        done = CliRunner().invoke(state, arguments)
        assert done.exit_code == 1
        assert "Banco de dados fora do ar" in done.output


def test_who_led_is_a_fold_of_the_leaders_own_facts() -> None:
    facts = [
        Noted("term_began", T0, 1, "a:1"),
        Noted("connection_lost", T0 + timedelta(seconds=5), 1),
        Noted("term_began", T0 + timedelta(seconds=9), 2, "b:2"),
        Noted("connection_restored", T0 + timedelta(seconds=10), 1),  # of the deposed one
        Noted("term_ended", T0 + timedelta(seconds=20), 2),
    ]
    told = [(leading(facts[:n]).holder, leading(facts[:n]).blind_since) for n in range(6)]
    lost = T0 + timedelta(seconds=5)
    assert told == [
        (None, None), ("a:1", None), ("a:1", lost), ("b:2", None), ("b:2", None),
        (None, None),
    ]  # fmt: skip


def test_a_floor_is_told_to_people_and_to_programs() -> None:
    since = T0 - timedelta(seconds=70)
    agents = [
        Agent(endpoint="agent001", state=AgentState.PAUSED, since=since, leg="l"),
        Agent(endpoint="agent002", since=since),
    ]
    floor = then(T0, agents, [], [Noted("term_began", since, 7, "a:1")], {})
    told = Told(floor, {"agent001": "Ana"}, {})
    text = then_text(told)
    assert "Operação em 10/03/2026 14:03:20 (São Paulo)" in text
    assert "Discador no comando: a:1 (mandato 7)." in text
    assert "agent001 Ana: em pausa, há 70 s" in text
    assert "agent002" not in text
    values = as_values(told)
    assert values["agents_by_state"] == {"paused": 1}
    assert values["leading"]["epoch"] == 7
