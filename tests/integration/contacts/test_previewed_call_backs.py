"""Call-backs where agents dial by hand: their own first, and none is lost or in the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest_asyncio
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.store import SuppressionRow
from dialer.campaigns.by_hand import LATER, OVERDUE, SOON, give_back, hold_next
from dialer.campaigns.placing import PlacingRules
from foundation.db.leadership import Term, take
from foundation.ids import uuid7
from tests.builders.contact import TUESDAY_TEN
from tests.integration.contacts.conftest import POLICY, Place
from tests.integration.contacts.test_call_backs import IN_AN_HOUR, booked, call_back

Hold = Callable[..., Awaitable[UUID | None]]


@pytest_asyncio.fixture
async def hold(engine: AsyncEngine, place: Place) -> Hold:
    """Who is shown to an agent at an instant; None: nobody."""
    async with engine.begin() as connection:
        term: Term | None = await take(connection, "floor", "test", lease_s=60)
    assert term is not None

    async def held(at: datetime, agent: str = "agent001") -> UUID | None:
        async with engine.begin() as connection:
            found = await hold_next(
                connection,
                term=term,
                rules=PlacingRules(campaign=place.campaign, lease_s=600),
                policy=POLICY,
                agent=agent,
                contact_now=at,
            )
        return None if found is None else found.debtor_id

    return held


async def back(engine: AsyncEngine, place: Place, debtor: int, at: datetime) -> None:
    async with engine.begin() as connection:
        await give_back(connection, place.campaign, place.debtors[debtor], at)


async def test_the_own_one_comes_first_and_a_colleague_is_shown_somebody_else(
    engine: AsyncEngine, place: Place, hold: Hold
) -> None:
    await booked(engine, place, IN_AN_HOUR, debtor=2)
    assert await hold(IN_AN_HOUR, "agent002") == place.debtors[0]
    assert await hold(IN_AN_HOUR, "agent001") == place.debtors[2]


async def test_whose_agent_is_not_there_is_called_by_another(
    engine: AsyncEngine, place: Place, hold: Hold
) -> None:
    await booked(engine, place, IN_AN_HOUR, debtor=2)
    assert await hold(IN_AN_HOUR + OVERDUE, "agent002") == place.debtors[0]
    late = IN_AN_HOUR + OVERDUE + timedelta(seconds=1)
    assert await hold(late, "agent002") == place.debtors[2]


async def test_one_that_may_not_be_made_stands_in_nobodys_way(
    engine: AsyncEngine, place: Place, hold: Hold
) -> None:
    await booked(engine, place, IN_AN_HOUR, debtor=2)
    async with engine.begin() as connection:
        no = {"id": uuid7(), "debtor_id": place.debtors[2], "reason": "opt_out",
              "origin": "agent", "since": TUESDAY_TEN}  # fmt: skip
        await connection.execute(insert(SuppressionRow), no)
    assert await hold(IN_AN_HOUR) == place.debtors[0]
    row = await call_back(engine)
    assert (row.state, row.rule) == ("refused", "opt_out")


async def test_one_that_was_skipped_comes_again_soon_but_not_at_once(
    engine: AsyncEngine, place: Place, hold: Hold
) -> None:
    await booked(engine, place, IN_AN_HOUR, debtor=2)
    assert await hold(IN_AN_HOUR) == place.debtors[2]
    await back(engine, place, 2, IN_AN_HOUR)
    assert await hold(IN_AN_HOUR) == place.debtors[0]
    await back(engine, place, 0, IN_AN_HOUR)
    row = await call_back(engine)
    assert (row.state, row.due_at) == ("booked", IN_AN_HOUR + SOON)
    assert await hold(IN_AN_HOUR + SOON) == place.debtors[2]


async def test_a_skipped_debtor_has_his_turn_an_hour_later(
    engine: AsyncEngine, place: Place, hold: Hold
) -> None:
    shown = [await hold(TUESDAY_TEN) for _ in range(4)]
    assert shown == [*place.debtors, None]
    await back(engine, place, 1, TUESDAY_TEN)
    assert await hold(TUESDAY_TEN + LATER - timedelta(seconds=1)) is None
    assert await hold(TUESDAY_TEN + LATER) == place.debtors[1]
