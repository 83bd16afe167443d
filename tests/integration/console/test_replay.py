"""The floor as it was, and what was impossible on it, for supervisors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.adapters.violation_log import note
from dialer.calls.store import CallEventRow
from dialer.state.invariants import Broken, Violation
from tests.builders.portfolio import some_seats
from tests.people import Browser
from tests.real_switch import eventually

API = "/api/v1/supervision"
NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


async def ask(who: Browser, path: str, status: int = 200) -> Any:
    answer = await who.get(f"{API}/{path}")
    assert answer.status == status, await answer.text()
    return await answer.json()


async def alerted(who: Browser, text: str | None) -> bool:
    """Whether this alone is told to be impossible; figures may be a second old."""
    answer = await who.get(f"{API}/figures")
    if answer.status != 200:  # a database that takes its time: asked again
        return False
    alerts = (await answer.json())["alerts"]
    told = [alert["text"] for alert in alerts if alert["code"] == "impossible"]
    return bool(told == ([] if text is None else [text]))


def an_agents_fact(at: datetime, state: str) -> dict[str, Any]:
    data = {
        "endpoint": "agent001", "state": state, "wants": "idle", "pause_code": "lunch",
        "leg": None, "held": False, "since": at.isoformat(),
    }  # fmt: skip
    return {"kind": "agent", "at": at, "data": data, "epoch": 1}


async def test_the_floor_of_each_second_is_that_of_the_facts_until_then(
    engine: AsyncEngine, sol: Browser
) -> None:
    async with engine.begin() as connection:
        await some_seats(connection)
        lead = {"kind": "term_began", "at": NOW, "data": {"holder": "h:1"}, "epoch": 1}
        facts = [
            lead,
            an_agents_fact(later(10), "idle"),
            an_agents_fact(later(20), "paused"),
            an_agents_fact(later(30), "offline"),
        ]
        await connection.execute(insert(CallEventRow), facts)
    states = {}
    for second in (-1, 5, 10, 25, 30):
        at = quote(later(second).isoformat())
        floor = await ask(sol, f"replay?at={at}")
        agents = [(a["state"], a["pause_code"]) for a in floor["agents"]]
        states[second] = (floor["leading"]["holder"], agents)
    assert states == {
        -1: (None, []),
        5: ("h:1", []),
        10: ("h:1", [("idle", None)]),
        25: ("h:1", [("paused", "lunch")]),
        30: ("h:1", []),
    }


async def test_an_instant_is_written_as_such(sol: Browser) -> None:
    for wrong in ("yesterday", "1700000000", "2026-13-01T10:00:00Z", "2026-01-01T10:00:00"):
        await ask(sol, f"replay?at={wrong}", 422)
    assert (await ask(sol, "replay?at=0001-01-01T00:00:00Z"))["agents"] == []


async def test_a_violation_is_an_alert_with_the_facts_of_its_thing(
    engine: AsyncEngine, sol: Browser
) -> None:
    broken = Violation(
        code=Broken.RESERVATION_EXPIRED, kind="agent", subject="agent001",
        detail={"attempt": "x"},
    )  # fmt: skip
    async with engine.begin() as connection:
        await some_seats(connection)
        await connection.execute(insert(CallEventRow), an_agents_fact(NOW, "idle"))
        assert await note(connection, [(broken, "reread")], NOW) == [broken]
        assert await note(connection, [(broken, None)], later(4)) == []
    await eventually(lambda: alerted(sol, "Reserva além do prazo: posição agent001."))
    (found,) = (await ask(sol, "violations"))["violations"]
    assert (found["repair"], found["cleared_at"]) == ("a central foi lida de novo", None)
    story = await ask(sol, f"violations/{found['id']}")
    assert story["violation"] == found
    async with engine.begin() as connection:
        await note(connection, [], later(8))
    (found,) = (await ask(sol, "violations"))["violations"]
    assert datetime.fromisoformat(found["cleared_at"]) == later(8)
    await eventually(lambda: alerted(sol, None))
