"""A record is put right with all that follows; what stood before is kept."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.store import SuppressionRow
from cobranca.contacts.store import PromiseRow
from cobranca.debtors.store import ContactPointRow
from cobranca.people.roles import Role
from cobranca.people.store import UserRow
from dialer.calls.correcting import Right, correct, history
from dialer.calls.disposing import Kept, NoSuchCall, NotKept, Promised
from dialer.calls.store import DispositionRow
from foundation.ids import uuid7
from tests.builders.contact import TUESDAY_TEN
from tests.builders.conversations import a_call
from tests.integration.contacts.conftest import POLICY, Place
from tests.integration.contacts.test_disposing import a_talk, said, turn

PROMISE = Promised(amount=Decimal("150.25"), due_on=date(2026, 3, 15))
TOMORROW_TEN = TUESDAY_TEN + timedelta(days=1)


@pytest.fixture
async def sonia(engine: AsyncEngine) -> UUID:
    user = {"id": uuid7(), "login": "sonia", "name": "Sônia", "role": Role.SUPERVISOR,
            "created_at": datetime.now(UTC), "active": True, "epoch": 0,
            "must_change": False}  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(UserRow), user)
    return UUID(str(user["id"]))


async def put_right(
    engine: AsyncEngine, call: UUID, by: UUID, code: str, **more: Any
) -> Kept | NotKept:
    given: dict[str, Any] = {"note": "", "reason": "ouvi a gravação", "seen": 0} | more
    async with engine.begin() as connection:
        right = Right(
            attempt=call, by=by, code=code, at=datetime.now(UTC),
            contact_now=TUESDAY_TEN, **given,
        )  # fmt: skip
        return await correct(connection, right, POLICY)


async def stands(engine: AsyncEngine, call: UUID) -> Any:
    query = select(DispositionRow.__table__).where(DispositionRow.attempt_id == call)
    async with engine.connect() as connection:
        return (await connection.execute(query)).one()


async def first_point(engine: AsyncEngine, place: Place) -> str:
    query = select(ContactPointRow.status).order_by(ContactPointRow.value)
    mine = query.where(ContactPointRow.debtor_id == place.debtors[0])
    async with engine.connect() as connection:
        return str(await connection.scalar(mine.limit(1)))


async def test_what_stood_before_is_kept_with_who_and_why(
    engine: AsyncEngine, place: Place, sonia: UUID
) -> None:
    call = await a_talk(engine, place)
    await said(engine, place, call, "promise", promise=PROMISE, note="dia 15")
    first = await stands(engine, call)
    assert await put_right(engine, call, sonia, "refused") == Kept("refused")
    now = await stands(engine, call)
    assert (now.code, now.right_party, now.note) == ("refused", True, None)
    assert (now.agent_id, now.at) == (first.agent_id, first.at)
    async with engine.connect() as connection:
        (before,) = await history(connection, call)
        promises = await connection.scalar(select(PromiseRow.id))
    assert (before.by, before.reason) == ("Sônia", "ouvi a gravação")
    assert (before.code, before.note, before.promise) == ("promise", "dia 15", PROMISE)
    assert promises is None


async def test_the_history_cannot_be_changed(
    engine: AsyncEngine, place: Place, sonia: UUID
) -> None:
    call = await a_talk(engine, place)
    await said(engine, place, call, "refused")
    await put_right(engine, call, sonia, "no_means")
    for statement in ("UPDATE disposition_correction SET reason = 'x'",
                      "DELETE FROM disposition_correction"):  # fmt: skip
        with pytest.raises(DBAPIError, match="only ever added"):
            async with engine.begin() as connection:
                await connection.execute(text(statement))


async def test_a_number_that_was_not_wrong_is_called_again(
    engine: AsyncEngine, place: Place, sonia: UUID
) -> None:
    call = await a_talk(engine, place)
    await said(engine, place, call, "wrong_person")
    assert await first_point(engine, place) == "wrong_party"
    assert (await turn(engine, place))[0] == "ready"
    await put_right(engine, call, sonia, "refused")
    assert await first_point(engine, place) == "active"
    assert (await turn(engine, place))[0] == "done"


async def test_a_number_that_another_call_found_wrong_stays_so(
    engine: AsyncEngine, place: Place, sonia: UUID
) -> None:
    other = await a_talk(engine, place, ago_s=3600)
    await said(engine, place, other, "wrong_person")
    call = await a_talk(engine, place)
    await said(engine, place, call, "wrong_person")
    await put_right(engine, call, sonia, "refused")
    assert await first_point(engine, place) == "wrong_party"


async def test_a_suppression_by_mistake_ends_and_a_forgotten_one_begins(
    engine: AsyncEngine, place: Place, sonia: UUID
) -> None:
    call = await a_talk(engine, place)
    await said(engine, place, call, "opt_out")
    await put_right(engine, call, sonia, "number_opt_out")
    query = select(SuppressionRow.__table__).order_by(SuppressionRow.id)
    async with engine.connect() as connection:
        ended, begun = (await connection.execute(query)).all()
    assert (ended.debtor_id, ended.until) == (place.debtors[0], TUESDAY_TEN)
    assert (begun.number, begun.until) == ("+5511900000000", None)
    assert await first_point(engine, place) == "wrong_party"


async def test_a_turn_that_a_later_call_decides_is_left_alone(
    engine: AsyncEngine, place: Place, sonia: UUID
) -> None:
    call = await a_talk(engine, place, ago_s=3600)
    await said(engine, place, call, "answering_machine")
    later = await a_talk(engine, place)
    await said(engine, place, later, "refused")
    assert (await turn(engine, place))[0] == "done"
    await put_right(engine, call, sonia, "silence")
    assert (await turn(engine, place))[0] == "done"


async def test_what_the_right_one_asks_for_must_come_with_it(
    engine: AsyncEngine, place: Place, sonia: UUID
) -> None:
    call = await a_talk(engine, place)
    await said(engine, place, call, "refused")
    for code, lacks in (("promise", "promise"), ("call_back", "call_back"),
                        ("disputes", "note")):  # fmt: skip
        answer = await put_right(engine, call, sonia, code)
        assert isinstance(answer, NotKept)
        assert (answer.reason, answer.lacks) == ("missing", lacks)
    kept = await put_right(engine, call, sonia, "call_back", call_back_at=TOMORROW_TEN)
    assert isinstance(kept, Kept)
    assert await turn(engine, place) == ("ready", TOMORROW_TEN)
    # the call-back that is booked is what the next correction asks for
    await put_right(engine, call, sonia, "refused", seen=1)
    assert await turn(engine, place) == ("ready", TOMORROW_TEN)
    back = await put_right(engine, call, sonia, "call_back", seen=2)
    assert back == Kept("call_back")


async def test_an_amount_alone_is_put_right(
    engine: AsyncEngine, place: Place, sonia: UUID
) -> None:
    call = await a_talk(engine, place)
    await said(engine, place, call, "promise", promise=PROMISE, note="")
    right = Promised(amount=Decimal("1502.50"), due_on=date(2026, 3, 15))
    await put_right(engine, call, sonia, "promise", promise=right)
    async with engine.connect() as connection:
        assert await connection.scalar(select(PromiseRow.amount)) == right.amount
    early = Promised(amount=Decimal("1.00"), due_on=date(2026, 3, 9))
    answer = await put_right(engine, call, sonia, "promise", promise=early, seen=1)
    assert answer == NotKept("promise_past")


async def test_nothing_to_put_right_is_said(
    engine: AsyncEngine, place: Place, sonia: UUID
) -> None:
    call = await a_talk(engine, place)
    assert await put_right(engine, call, sonia, "refused") == NotKept("not_recorded")
    await said(engine, place, call, "refused", note="não")
    same = await put_right(engine, call, sonia, "refused", note=" não ")
    assert same == NotKept("same", "refused")
    with pytest.raises(NoSuchCall):
        await put_right(engine, uuid7(), sonia, "refused")


async def test_of_two_at_once_the_second_is_told(
    engine: AsyncEngine, place: Place, sonia: UUID
) -> None:
    call = await a_talk(engine, place)
    await said(engine, place, call, "refused")
    answers = await asyncio.gather(
        *(put_right(engine, call, sonia, code) for code in ("no_means", "silence"))
    )
    assert sorted(type(one).__name__ for one in answers) == ["Kept", "NotKept"]
    assert NotKept("corrected_meanwhile") in answers


async def test_a_caller_whom_nobody_knows_can_be_put_right(
    engine: AsyncEngine, place: Place, sonia: UUID
) -> None:
    async with engine.begin() as connection:
        call = await a_call(connection, None, agent=place.agent)
    await said(engine, place, call, "opt_out")
    assert await put_right(engine, call, sonia, "promise") == Kept("promise")
