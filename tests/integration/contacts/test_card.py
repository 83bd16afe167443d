"""The card, the identification and the day, as the database has them."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.outlook import outlook
from cobranca.compliance.points_of import NoSuchDebtor
from cobranca.contacts.card import debtor_card
from cobranca.contacts.identification import (
    Hearing,
    NotAskedNow,
    heard_answer,
    heard_who,
    known_of,
    standing_of,
)
from cobranca.contacts.identity import Claimed, Denied, Fact, Level
from cobranca.contacts.store import IdentityStepRow
from dialer.calls.history import history_of
from dialer.calls.shift_log import day_of, unrecorded
from dialer.calls.store import CallEventRow, DispositionRow
from foundation.crypto import Keys
from foundation.home import Home
from foundation.ids import uuid7
from tests.builders.contact import TUESDAY_TEN
from tests.builders.conversations import a_call, known_person
from tests.integration.contacts.conftest import POLICY, Place

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


async def test_debts_are_exact_and_late_by_days(engine: AsyncEngine, place: Place) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO instalment (id, debt_id, number, amount, due_on)"
                 " SELECT gen_random_uuid(), debt_id, 2, 33, DATE '2026-04-05'"
                 " FROM instalment"))  # fmt: skip
        card = await debtor_card(connection, place.debtors[1])
    (debt,) = card.debts
    today = date(2026, 3, 10)
    assert (card.name, debt.creditor, debt.contract) == ("Devedor 1", "Loja", "C1")
    assert debt.total == card.total == Decimal("100.33")
    assert debt.overdue(today) == Decimal("100.00")
    assert debt.days_late(today) == 64  # since 5 January: 26 + 28 + 10
    assert [part.days_late(today) for part in debt.instalments] == [64, 0]
    assert len(card.telephones) == 2


async def test_a_settled_debt_is_not_asked_for(engine: AsyncEngine, place: Place) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE debt SET status = 'settled'"))
        card = await debtor_card(connection, place.debtors[0])
        with pytest.raises(NoSuchDebtor):
            await debtor_card(connection, uuid7())
    assert (card.debts, card.total) == ((), Decimal("0.00"))


async def test_history_is_the_latest_first_without_the_call_in_hand(
    engine: AsyncEngine, place: Place
) -> None:
    async with engine.begin() as connection:
        old = await a_call(connection, place.debtors[0], agent=place.agent, ago_s=7200)
        await a_call(connection, place.debtors[0], outcome="busy", ago_s=3600)
        now = await a_call(connection, place.debtors[0], outcome=None)
        row = {"id": uuid7(), "attempt_id": old, "agent_id": place.agent,
               "code": "promise", "note": "dia 5", "at": NOW}  # fmt: skip
        await connection.execute(insert(DispositionRow), row)
        past = await history_of(connection, place.debtors[0], but=now)
    assert [(p.outcome, p.code, p.talk_s) for p in past] == [
        ("busy", None, None),
        ("answered", "promise", 30.0),
    ]
    assert past[1].agent == "Atendente 001"


async def test_the_line_of_the_policy(engine: AsyncEngine, place: Place) -> None:
    async with engine.begin() as connection:
        await a_call(connection, place.debtors[0], outcome=None)
        seen = await outlook(connection, POLICY, place.debtors[0], None, TUESDAY_TEN)
        at_night = TUESDAY_TEN + timedelta(hours=12)
        closed = await outlook(connection, POLICY, place.debtors[0], None, at_night)
    assert seen is not None
    assert (seen.attempts_today, seen.attempts_max) == (1, 3)
    assert seen.open_until == datetime.fromisoformat("2026-03-10T20:00:00-03:00")
    assert closed is not None
    assert (closed.open_until, closed.verdict.allowed) == (None, False)


@pytest.fixture
def keys(home: Home) -> Keys:
    return Keys.of(home)


async def hearing(engine: AsyncEngine, place: Place, keys: Keys) -> Hearing:
    async with engine.begin() as connection:
        await known_person(connection, keys, place.debtors[0])
        call = await a_call(connection, place.debtors[0], outcome=None)
    return Hearing(attempt=call, debtor=place.debtors[0], agent=place.agent, at=NOW)


async def answered(
    engine: AsyncEngine, keys: Keys, heard: Hearing, fact: Fact, text: str
) -> Level:
    async with engine.begin() as connection:
        known = await known_of(connection, keys, heard.debtor)
        return (await heard_answer(connection, heard, known, fact, text)).level


async def test_two_right_answers_confirm_and_none_is_kept(
    engine: AsyncEngine, place: Place, keys: Keys
) -> None:
    heard = await hearing(engine, place, keys)
    with pytest.raises(NotAskedNow):
        await answered(engine, keys, heard, Fact.DOCUMENT_START, "529")
    async with engine.begin() as connection:
        await heard_who(connection, heard, Claimed())
    assert await answered(engine, keys, heard, Fact.DOCUMENT_START, "529") is Level.CLAIMED
    with pytest.raises(NotAskedNow):
        await answered(engine, keys, heard, Fact.DOCUMENT_START, "529")
    level = await answered(engine, keys, heard, Fact.BIRTH_DATE, "12/03/1980")
    assert level is Level.CONFIRMED
    async with engine.begin() as connection:
        rows = list(await connection.execute(select(IdentityStepRow.__table__)))
        denied = await heard_who(connection, heard, Denied())
    assert "529" not in str([tuple(row)[3:6] for row in rows])
    assert denied.level is Level.THIRD_PARTY


async def test_guesses_at_once_do_not_pass_the_limit(
    engine: AsyncEngine, place: Place, keys: Keys
) -> None:
    heard = await hearing(engine, place, keys)
    async with engine.begin() as connection:
        await heard_who(connection, heard, Claimed())
    guesses = [answered(engine, keys, heard, Fact.DOCUMENT_END, f"{n}0") for n in range(5)]
    results = await asyncio.gather(*guesses, return_exceptions=True)
    assert sum(isinstance(r, NotAskedNow) for r in results) == 3
    async with engine.connect() as connection:
        now = await standing_of(connection, heard.attempt)
    assert (now.level, now.wrong) == (Level.FAILED, 2)


async def test_the_day_of_an_agent(engine: AsyncEngine, place: Place) -> None:
    async with engine.begin() as connection:
        states = ["idle", "talking", "wrap_up", "paused"]
        facts = [
            {"agent_id": agent, "kind": "agent", "at": NOW + timedelta(minutes=n),
             "data": {"state": state, "pause_code": "lunch"}}
            for n, state in enumerate(states)
            for agent in (place.agent, place.colleague)
        ]  # fmt: skip
        await connection.execute(insert(CallEventRow), facts)
        done: list[UUID] = []
        for code, right in [("promise", True), ("refused", True), ("silence", None)]:
            call = await a_call(connection, place.debtors[0], agent=place.agent)
            done.append(call)
            row = {"id": uuid7(), "attempt_id": call, "agent_id": place.agent,
                   "code": code, "right_party": right, "at": NOW}  # fmt: skip
            await connection.execute(insert(DispositionRow), row)
        forgotten = await a_call(connection, place.debtors[0], agent=place.agent)
        begin = NOW - timedelta(hours=1)
        day = await day_of(connection, place.agent, begin, NOW + timedelta(minutes=9))
        since = datetime.now(UTC) - timedelta(hours=1)
        (left,) = await unrecorded(connection, place.agent, since)
    assert (day.recorded, day.right_party, day.promises) == (3, 2, 1)
    assert (day.shift.talks, day.shift.talk_s, day.shift.wrap_up_s) == (1, 60.0, 60.0)
    assert day.shift.paused_s == {"lunch": 360.0}
    assert left.attempt == forgotten
