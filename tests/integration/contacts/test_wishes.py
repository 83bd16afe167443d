"""Calls that debtors asked the automatic conversation for: booked, or handed to people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.store import SuppressionRow
from cobranca.contacts.wishes import CallBackWishRow, Why, Wish, wish
from cobranca.portal.store import PortalRequestRow
from dialer.callbacks.store import CallBackRow
from dialer.callbacks.wishes import settle_wishes
from dialer.calls.store import AttemptRow
from dialer.campaigns.store import CampaignRow
from foundation.crypto import Keys
from foundation.home import Home
from foundation.ids import uuid7
from foundation.settings import ProcessSettings
from tests.builders.contact import TUESDAY_TEN
from tests.builders.conversations import a_call
from tests.integration.contacts.conftest import POLICY, Place


async def _wishes(
    engine: AsyncEngine, debtor: UUID, why: Why, due_at: datetime | None = None
) -> UUID:
    call = uuid4()
    asked = Wish(
        call=call, debtor=debtor, why=why, told_at=datetime.now(UTC), due_at=due_at
    )
    async with engine.begin() as connection:
        await wish(connection, asked)
    return call


async def _settle(engine: AsyncEngine, settings: ProcessSettings) -> int:
    async with engine.begin() as connection:
        return await settle_wishes(
            connection,
            POLICY,
            Keys.of(Home(settings.home)),
            now=TUESDAY_TEN,
            booked_at=datetime.now(UTC),
        )


async def _all(engine: AsyncEngine, row: Any) -> list[Any]:
    async with engine.connect() as connection:
        return list(await connection.execute(select(row.__table__)))


async def test_a_wish_is_booked_once_at_the_time_that_was_named(
    engine: AsyncEngine, settings: ProcessSettings, place: Place
) -> None:
    at = TUESDAY_TEN + timedelta(hours=2)
    call = await _wishes(engine, place.debtors[0], Why.CHOSEN, at)
    assert await _settle(engine, settings) == 1
    assert await _settle(engine, settings) == 0
    (booked,) = await _all(engine, CallBackRow)
    assert (booked.debtor_id, booked.due_at) == (place.debtors[0], at)
    assert (booked.agent_id, booked.state) == (None, "booked")
    (settled,) = await _all(engine, CallBackWishRow)
    assert (settled.call_id, settled.became) == (call, "booked")


async def test_places_in_the_queue_are_due_in_the_order_of_asking(
    engine: AsyncEngine, settings: ProcessSettings, place: Place
) -> None:
    for debtor in (place.debtors[1], place.debtors[0]):
        await _wishes(engine, debtor, Why.QUEUE)
        await _settle(engine, settings)
    booked = sorted(await _all(engine, CallBackRow), key=lambda row: row.id)
    assert [row.debtor_id for row in booked] == [place.debtors[1], place.debtors[0]]
    assert all(row.due_at <= TUESDAY_TEN + timedelta(seconds=1) for row in booked)


async def test_who_got_an_agent_after_all_is_not_called_back(
    engine: AsyncEngine, settings: ProcessSettings, place: Place
) -> None:
    met = await _wishes(engine, place.debtors[0], Why.QUEUE)
    before = await _wishes(engine, place.debtors[1], Why.QUEUE)
    async with engine.begin() as connection:
        for call, debtor, s in ((met, 0, 1), (before, 1, -60)):
            made = await a_call(connection, place.debtors[debtor], outcome=None)
            bridged = datetime.now(UTC) + timedelta(seconds=s)
            values = {"id": call, "bridged_at": bridged}
            row = update(AttemptRow).where(AttemptRow.id == made).values(values)
            await connection.execute(row)
    await _settle(engine, settings)
    settled = {row.call_id: row.became for row in await _all(engine, CallBackWishRow)}
    assert settled == {met: "answered", before: "booked"}


async def test_what_the_policy_forbids_then_is_booked_for_when_it_allows_it(
    engine: AsyncEngine, settings: ProcessSettings, place: Place
) -> None:
    night = TUESDAY_TEN.replace(hour=2) + timedelta(days=1)
    await _wishes(engine, place.debtors[0], Why.CHOSEN, night)
    await _settle(engine, settings)
    (booked,) = await _all(engine, CallBackRow)
    assert booked.due_at > night
    assert not await _all(engine, PortalRequestRow)


async def test_what_cannot_be_booked_goes_to_people(
    engine: AsyncEngine, settings: ProcessSettings, place: Place
) -> None:
    async with engine.begin() as connection:
        await connection.execute(update(CampaignRow).values(status="stopped"))
    await _wishes(engine, place.debtors[0], Why.OUTAGE)
    await _settle(engine, settings)
    (asked,) = await _all(engine, PortalRequestRow)
    assert (asked.kind, asked.debtor_id) == ("call_back", place.debtors[0])
    (settled,) = await _all(engine, CallBackWishRow)
    assert settled.became == "asked"


async def test_who_wants_no_calls_meanwhile_gets_none(
    engine: AsyncEngine, settings: ProcessSettings, place: Place
) -> None:
    line = {
        "id": uuid7(), "reason": "opt_out", "debtor_id": place.debtors[0],
        "origin": "teste", "since": TUESDAY_TEN - timedelta(days=1), "proof": "x",
    }  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(SuppressionRow), line)
    await _wishes(engine, place.debtors[0], Why.CHOSEN, TUESDAY_TEN + timedelta(hours=2))
    await _settle(engine, settings)
    assert not await _all(engine, CallBackRow)
