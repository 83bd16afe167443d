"""A disposition is one, and all that follows from it is written with it."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.store import SuppressionRow
from cobranca.contacts.store import PromiseRow
from cobranca.debtors.store import ContactPointRow
from dialer.calls.disposing import Kept, NoSuchCall, NotKept, Promised, Said, dispose
from dialer.calls.store import DispositionRow
from foundation.ids import uuid7
from tests.builders.contact import TUESDAY_TEN
from tests.builders.conversations import a_call
from tests.integration.contacts.conftest import POLICY, Place

TOMORROW_TEN = TUESDAY_TEN + timedelta(days=1)


async def said(
    engine: AsyncEngine, place: Place, call: UUID, code: str, **more: Any
) -> Kept | NotKept:
    given: dict[str, Any] = {"note": "anotado", "agent": place.agent, "affirmed": True}
    given |= more
    async with engine.begin() as connection:
        return await dispose(
            connection,
            Said(
                attempt=call,
                code=code,
                at=datetime.now(UTC),
                contact_now=TUESDAY_TEN,
                **given,
            ),
            POLICY,
        )


async def a_talk(engine: AsyncEngine, place: Place, **changed: Any) -> UUID:
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE campaign_debtor SET state = 'done', attempts = 1"
                 " WHERE debtor_id = :d"), {"d": place.debtors[0]})  # fmt: skip
        return await a_call(
            connection, place.debtors[0], place.campaign, agent=place.agent, **changed
        )


async def turn(engine: AsyncEngine, place: Place) -> tuple[str, datetime]:
    query = "SELECT state, next_at FROM campaign_debtor WHERE debtor_id = :debtor"
    async with engine.connect() as connection:
        row = await connection.execute(text(query), {"debtor": place.debtors[0]})
        state, next_at = row.one()
        return state, next_at


async def count(engine: AsyncEngine, table: Any) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


async def test_a_promise_is_kept_with_its_amount_and_day(
    engine: AsyncEngine, place: Place
) -> None:
    call = await a_talk(engine, place)
    promise = Promised(amount=Decimal("150.25"), due_on=date(2026, 3, 15))
    answer = await said(engine, place, call, "promise", promise=promise)
    assert answer == Kept("promise", on_word=True)
    async with engine.connect() as connection:
        row = (await connection.execute(select(PromiseRow.__table__))).one()
        kept = (await connection.execute(select(DispositionRow.__table__))).one()
    assert (row.amount, row.due_on, row.debtor_id) == (
        Decimal("150.25"),
        date(2026, 3, 15),
        place.debtors[0],
    )
    assert (kept.code, kept.right_party, kept.note) == ("promise", True, "anotado")
    assert (await turn(engine, place))[0] == "done"


async def test_nobody_proven_is_the_debtor_on_nobody_s_word(
    engine: AsyncEngine, place: Place
) -> None:
    call = await a_talk(engine, place)
    answer = await said(engine, place, call, "refused", affirmed=False)
    assert answer == NotKept("identity_unconfirmed", "refused")
    assert await count(engine, DispositionRow) == 0
    assert await said(engine, place, call, "silence", affirmed=False) == Kept("silence")


async def test_the_same_twice_is_once_and_another_is_refused(
    engine: AsyncEngine, place: Place
) -> None:
    call = await a_talk(engine, place)
    first = Kept("opt_out", on_word=True)
    assert await said(engine, place, call, "opt_out") == first
    assert await said(engine, place, call, "opt_out") == Kept("opt_out", again=True)
    other = await said(engine, place, call, "refused")
    assert other == NotKept("other_code", "opt_out")
    assert await count(engine, DispositionRow) == 1
    assert await count(engine, SuppressionRow) == 1


async def test_two_at_once_are_one(engine: AsyncEngine, place: Place) -> None:
    call = await a_talk(engine, place)
    answers = await asyncio.gather(
        *(said(engine, place, call, code) for code in ["refused", "silence"] * 3)
    )
    assert sum(isinstance(a, Kept) and not a.again for a in answers) == 1
    assert await count(engine, DispositionRow) == 1


@pytest.mark.parametrize(
    ("code", "more", "lacks"),
    [
        ("already_paid", {"note": "  "}, "note"),
        ("call_back", {}, "call_back"),
        ("promise", {}, "promise"),
    ],
)
async def test_what_it_asks_for_must_come_with_it(
    engine: AsyncEngine, place: Place, code: str, more: dict[str, str], lacks: str
) -> None:
    call = await a_talk(engine, place)
    answer = await said(engine, place, call, code, **more)
    assert isinstance(answer, NotKept)
    assert (answer.reason, answer.lacks) == ("missing", lacks)
    assert await count(engine, DispositionRow) == 0


async def test_a_promise_of_yesterday_and_an_unknown_code_are_refused(
    engine: AsyncEngine, place: Place
) -> None:
    call = await a_talk(engine, place)
    late = Promised(amount=Decimal("1.00"), due_on=date(2026, 3, 9))
    assert await said(engine, place, call, "promise", promise=late) == NotKept(
        "promise_past"
    )
    assert await said(engine, place, call, "nonsense") == NotKept(
        "unknown_code", "nonsense"
    )
    with pytest.raises(NoSuchCall):
        await said(engine, place, uuid7(), "refused")


async def test_a_wrong_number_is_retired_and_the_next_one_tried(
    engine: AsyncEngine, place: Place
) -> None:
    call = await a_talk(engine, place)
    assert await said(engine, place, call, "wrong_person") == Kept("wrong_person")
    async with engine.connect() as connection:
        points = select(ContactPointRow.status).where(
            ContactPointRow.debtor_id == place.debtors[0]
        )
        found = await connection.execute(points.order_by(ContactPointRow.value))
        assert list(found.scalars()) == ["wrong_party", "active"]
    assert await turn(engine, place) == ("ready", TUESDAY_TEN)


async def test_without_another_number_the_turn_is_over(
    engine: AsyncEngine, place: Place
) -> None:
    call = await a_talk(engine, place)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE contact_point SET status = 'invalid'"))
    await said(engine, place, call, "wrong_person")
    assert (await turn(engine, place))[0] == "done"


async def test_a_third_party_may_have_the_number_taken_out_for_everybody(
    engine: AsyncEngine, place: Place
) -> None:
    call = await a_talk(engine, place)
    await said(engine, place, call, "number_opt_out")
    async with engine.connect() as connection:
        row = (await connection.execute(select(SuppressionRow.__table__))).one()
    assert (row.debtor_id, row.number, row.origin) == (None, "+5511900000000", "agent")


async def test_it_waits_for_the_end_of_the_call(engine: AsyncEngine, place: Place) -> None:
    """The ending writes the turn: see the call log's tests."""
    call = await a_talk(engine, place, outcome=None)
    assert await said(engine, place, call, "answering_machine") == Kept("answering_machine")
    assert (await turn(engine, place))[0] == "done"


async def test_a_call_back_goes_with_the_disposition_or_not_at_all(
    engine: AsyncEngine, place: Place
) -> None:
    call = await a_talk(engine, place)
    sunday = datetime.fromisoformat("2026-03-15T10:00:00-03:00")
    refused = await said(engine, place, call, "call_back", call_back_at=sunday)
    assert isinstance(refused, NotKept)
    assert refused.booking is not None
    assert refused.booking.rule in ("sunday", "hours_sp")
    assert refused.booking.next_at == datetime.fromisoformat("2026-03-16T08:00:00-03:00")
    assert await count(engine, DispositionRow) == 0

    kept = await said(engine, place, call, "call_back", call_back_at=TOMORROW_TEN)
    assert isinstance(kept, Kept)
    assert kept.call_back is not None
    assert await turn(engine, place) == ("ready", TOMORROW_TEN)


async def test_a_campaign_that_had_finished_runs_on_for_it(
    engine: AsyncEngine, place: Place
) -> None:
    call = await a_talk(engine, place)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE campaign SET status = 'finished'"))
    await said(engine, place, call, "call_back", call_back_at=TOMORROW_TEN)
    async with engine.connect() as connection:
        status = await connection.scalar(text("SELECT status FROM campaign"))
    assert status == "running"


async def test_a_caller_whom_nobody_knows_can_be_recorded(
    engine: AsyncEngine, place: Place
) -> None:
    async with engine.begin() as connection:
        call = await a_call(connection, None, agent=place.agent)
    # there is no debtor whom an answer could prove, nor one of whom to give a word
    assert await said(engine, place, call, "opt_out") == Kept("opt_out")
    assert await said(engine, place, call, "opt_out") == Kept("opt_out", again=True)
    assert await count(engine, SuppressionRow) == 0
