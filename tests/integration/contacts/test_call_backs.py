"""Call-backs: booked within the law, dialled first, given to who booked them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.store import SuppressionRow
from dialer.callbacks.booking import Booked, Booking, NotBooked, book, booked_for, cancel
from dialer.callbacks.store import CallBackRow
from dialer.campaigns.placing import Placement, PlacingRules, commit_attempts
from dialer.routes import FreeRoutes
from foundation.db.leadership import Term, take
from foundation.ids import uuid7
from foundation.route import Route
from tests.builders.contact import TUESDAY_TEN
from tests.builders.portfolio import a_campaign
from tests.integration.contacts.conftest import POLICY, Place

SIMULATED = Route(name="trunk", host="127.0.0.1", simulated=True)
IN_AN_HOUR = TUESDAY_TEN + timedelta(hours=1)
Dial = Callable[..., Awaitable[list[Placement]]]


async def booked(
    engine: AsyncEngine, place: Place, at: datetime, *, debtor: int = 0, **more: Any
) -> Booked | NotBooked:
    given = {"campaign": place.campaign, "agent": place.agent, "attempt": None} | more
    async with engine.begin() as connection:
        return await book(
            connection,
            POLICY,
            Booking(debtor=place.debtors[debtor], due_at=at, **given),
            now=TUESDAY_TEN,
            booked_at=datetime.now(UTC),
        )


@pytest_asyncio.fixture
async def dial(engine: AsyncEngine, place: Place) -> Dial:
    async with engine.begin() as connection:
        term: Term | None = await take(connection, "floor", "test", lease_s=60)
    assert term is not None

    async def place_calls(
        at: datetime, wanted: int = 9, campaign: Any = None, lines: int = 9
    ) -> list[Placement]:
        async with engine.begin() as connection:
            return await commit_attempts(
                connection,
                term=term,
                rules=PlacingRules(campaign=campaign or place.campaign, lease_s=60),
                policy=POLICY,
                routes=FreeRoutes([SIMULATED], {"trunk": lines}),
                wanted=wanted,
                now=datetime.now(UTC),
                contact_now=at,
            )

    return place_calls


async def call_back(engine: AsyncEngine) -> Any:
    async with engine.connect() as connection:
        return (await connection.execute(select(CallBackRow.__table__))).one()


async def test_it_is_dialled_first_when_due_and_for_who_booked_it(
    engine: AsyncEngine, place: Place, dial: Dial
) -> None:
    assert isinstance(await booked(engine, place, IN_AN_HOUR, debtor=2), Booked)

    (placed,) = await dial(IN_AN_HOUR, wanted=1)

    assert (placed.debtor, placed.agent) == (place.debtors[2], "agent001")
    row = await call_back(engine)
    assert (row.state, str(row.called_in)) == ("called", placed.id)


async def test_before_its_time_the_debtor_is_left_alone_by_every_campaign(
    engine: AsyncEngine, place: Place, dial: Dial
) -> None:
    async with engine.begin() as connection:
        other = await a_campaign(connection, "Abril")
    await booked(engine, place, IN_AN_HOUR, debtor=0)

    early = await dial(TUESDAY_TEN)
    elsewhere = await dial(TUESDAY_TEN, campaign=other)

    assert [p.debtor for p in early] == place.debtors[1:]
    assert [p.agent for p in early] == [None, None]
    assert elsewhere == []  # the others have an open call, this one has an appointment


async def test_without_room_it_stays_booked(
    engine: AsyncEngine, place: Place, dial: Dial
) -> None:
    await booked(engine, place, IN_AN_HOUR)
    assert await dial(IN_AN_HOUR, lines=0) == []
    assert (await call_back(engine)).state == "booked"
    assert len(await dial(IN_AN_HOUR, wanted=1)) == 1


async def test_what_the_policy_refuses_later_is_put_off_or_given_up(
    engine: AsyncEngine, place: Place, dial: Dial
) -> None:
    await booked(engine, place, IN_AN_HOUR)
    late = datetime.fromisoformat("2026-03-10T20:30:00-03:00")
    assert place.debtors[0] not in [p.debtor for p in await dial(late, wanted=1)]
    row = await call_back(engine)
    assert row.state == "booked"
    assert row.due_at == datetime.fromisoformat("2026-03-11T08:00:00-03:00")

    async with engine.begin() as connection:
        no = {"id": uuid7(), "debtor_id": place.debtors[0], "reason": "opt_out",
              "origin": "agent", "since": TUESDAY_TEN}  # fmt: skip
        await connection.execute(insert(SuppressionRow), no)
    await dial(TUESDAY_TEN + timedelta(days=1))
    row = await call_back(engine)
    assert (row.state, row.rule) == ("refused", "opt_out")


@pytest.mark.parametrize(
    ("at", "reason", "rule", "next_at"),
    [
        ("2026-03-10T09:59:00-03:00", "past", None, None),
        ("2026-05-30T10:00:00-03:00", "too_far", None, None),
        ("2026-03-10T20:00:00-03:00", "forbidden", "hours_sp",
         "2026-03-11T08:00:00-03:00"),
        ("2026-03-11T07:59:00-03:00", "forbidden", "hours_sp",
         "2026-03-11T08:00:00-03:00"),
        ("2026-03-14T15:00:00-03:00", "forbidden", "hours_sp",
         "2026-03-16T08:00:00-03:00"),
        ("2026-04-03T10:00:00-03:00", "forbidden", "holiday", "2026-04-04T08:00:00-03:00"),
    ],
)  # fmt: skip
async def test_a_time_outside_the_window_is_refused_with_the_next_one(
    engine: AsyncEngine,
    place: Place,
    at: str,
    reason: str,
    rule: str | None,
    next_at: str | None,
) -> None:
    answer = await booked(engine, place, datetime.fromisoformat(at))
    assert isinstance(answer, NotBooked)
    assert (answer.reason, answer.rule) == (reason, rule)
    assert answer.next_at == (next_at and datetime.fromisoformat(next_at))
    assert await booked_list(engine, place) == []


async def booked_list(engine: AsyncEngine, place: Place) -> list[str]:
    async with engine.connect() as connection:
        return [c.debtor_name for c in await booked_for(connection, place.agent)]


async def test_a_later_booking_takes_the_place_of_the_earlier(
    engine: AsyncEngine, place: Place
) -> None:
    await booked(engine, place, IN_AN_HOUR)
    await booked(engine, place, IN_AN_HOUR + timedelta(hours=2), agent=place.colleague)
    assert await booked_list(engine, place) == []
    async with engine.connect() as connection:
        (theirs,) = await booked_for(connection, place.colleague)
    assert (theirs.campaign, theirs.campaign_status) == ("Março", "running")


async def test_only_one_s_own_can_be_cancelled_and_the_turn_goes_with_it(
    engine: AsyncEngine, place: Place, dial: Dial
) -> None:
    answer = await booked(engine, place, IN_AN_HOUR)
    assert isinstance(answer, Booked)
    async with engine.begin() as connection:
        assert not await cancel(connection, answer.id, place.colleague)
        assert await cancel(connection, answer.id, place.agent)
        assert not await cancel(connection, answer.id, place.agent)
    assert place.debtors[0] not in [p.debtor for p in await dial(IN_AN_HOUR)]


async def test_no_campaign_would_call(engine: AsyncEngine, place: Place) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM campaign_debtor"))
    assert await booked(engine, place, IN_AN_HOUR) == NotBooked("no_campaign")


async def test_no_number_is_left(engine: AsyncEngine, place: Place) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE contact_point SET status = 'wrong_party'"))
    assert await booked(engine, place, IN_AN_HOUR) == NotBooked("no_number")
