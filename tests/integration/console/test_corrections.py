"""A supervisor puts a disposition right over HTTP; looks and corrections are audited."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.store import AuditRow
from dialer.calls.store import DispositionRow
from foundation.ids import uuid7
from tests.builders.conversations import a_call, seat_id
from tests.builders.portfolio import a_campaign, a_portfolio, some_seats
from tests.people import Browser


@pytest.fixture
async def call(engine: AsyncEngine) -> UUID:
    """A call that an agent recorded as a refusal."""
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        campaign = await a_campaign(connection)
        await some_seats(connection)
        agent = await seat_id(connection)
        call = await a_call(connection, debtor, campaign, agent=agent)
        said = {"id": uuid7(), "attempt_id": call, "agent_id": agent, "code": "refused",
                "right_party": True, "note": "não paga",
                "at": datetime.now(UTC)}  # fmt: skip
        await connection.execute(insert(DispositionRow), said)
    return call


def at(call: UUID) -> str:
    return f"/api/v1/calls/{call}/disposition"


async def test_it_is_read_and_put_right_and_both_are_audited(
    supervisor: Browser, engine: AsyncEngine, call: UUID
) -> None:
    told = await (await supervisor.get(at(call))).json()
    assert (told["code"], told["note"], told["before"]) == ("refused", "não paga", [])
    promise = {"amount": "150.25", "due_on": "2026-03-20"}
    body = {"code": "promise", "note": "dia 20", "promise": promise, "seen": 0,
            "reason": "Ele prometeu; ouvi a gravação"}  # fmt: skip
    answer = await supervisor.send("PUT", at(call), body)
    assert answer.status == 200, await answer.text()
    assert (await answer.json())["label"] == "Promessa de pagamento"

    now = await (await supervisor.get(at(call))).json()
    assert (now["code"], now["note"], now["promise"]) == ("promise", "dia 20", promise)
    (before,) = now["before"]
    assert (before["label"], before["note"]) == ("Recusou-se a pagar", "não paga")
    assert before["by"] == "Pessoa sonia"
    async with engine.connect() as connection:
        query = select(AuditRow.action, AuditRow.subject_id, AuditRow.detail)
        rows = await connection.execute(query.where(AuditRow.subject_kind == "attempt"))
        found = [(row.action, row.subject_id, row.detail) for row in rows]
    assert ("disposition.view", str(call), {}) in found
    change = {"from": "refused", "to": "promise"}
    assert ("disposition.correct", str(call), change) in found


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"seen": 3}, 409, "corrected_meanwhile"),
        ({"code": "refused", "note": "não paga"}, 409, "nothing_corrected"),
        ({"code": "nonsense"}, 422, "unknown_code"),
        ({"code": "promise"}, 422, "promise_missing"),
        ({"code": "disputes"}, 422, "note_missing"),
        ({"reason": "  "}, 422, "invalid"),
    ],
)
async def test_what_cannot_be_is_said_and_writes_nothing(
    supervisor: Browser,
    engine: AsyncEngine,
    call: UUID,
    changed: dict[str, object],
    status: int,
    code: str,
) -> None:
    body = {"code": "no_means", "note": "", "reason": "engano", "seen": 0} | changed
    answer = await supervisor.send("PUT", at(call), body)
    assert (answer.status, (await answer.json())["code"]) == (status, code)
    async with engine.connect() as connection:
        query = select(AuditRow.id).where(AuditRow.action == "disposition.correct")
        assert await connection.scalar(query) is None
        assert await connection.scalar(select(DispositionRow.code)) == "refused"


async def test_a_call_that_was_not_recorded_is_told_plainly(supervisor: Browser) -> None:
    answer = await supervisor.get(at(uuid7()))
    assert (answer.status, (await answer.json())["code"]) == (404, "not_recorded")
    body = {"code": "refused", "note": "", "reason": "engano", "seen": 0}
    answer = await supervisor.send("PUT", at(uuid7()), body)
    assert (answer.status, (await answer.json())["code"]) == (404, "no_such_call")


async def test_an_agent_may_not(agent: Browser, call: UUID) -> None:
    assert (await agent.get(at(call))).status == 403
    assert (await agent.send("PUT", at(call), {})).status == 403
