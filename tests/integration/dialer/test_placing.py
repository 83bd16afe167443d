"""Attempts are committed before they are dialled, by the leader alone, once per debtor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.service import ContactPolicy
from cobranca.compliance.store import VerdictRow
from cobranca.debtors.address import Address
from cobranca.payments.addresses import keep
from dialer.calls.store import AttemptRow
from dialer.campaigns.placing import Placement, PlacingRules, TermIsOver, commit_attempts
from dialer.campaigns.store import CampaignDebtorRow
from dialer.routes import FreeRoutes
from foundation.db.leadership import Term, take
from foundation.route import Route
from tests.builders.contact import SAO_PAULO, TUESDAY_TEN
from tests.builders.portfolio import a_campaign, a_portfolio

SIMULATED = Route(name="trunk", host="127.0.0.1", simulated=True)


@pytest_asyncio.fixture
async def term(engine: AsyncEngine) -> AsyncIterator[Term]:
    async with engine.begin() as connection:
        won = await take(connection, "floor", "test", lease_s=60)
    assert won is not None
    yield won


async def place(
    engine: AsyncEngine,
    term: Term,
    campaign: UUID,
    wanted: int,
    contact_now: datetime = TUESDAY_TEN,
    free: FreeRoutes | None = None,
) -> list[Placement]:
    async with engine.begin() as connection:
        return await commit_attempts(
            connection,
            term=term,
            rules=PlacingRules(campaign=campaign, lease_s=60),
            policy=ContactPolicy(simulated_route=True),
            routes=free or FreeRoutes([SIMULATED], {"trunk": 100}),
            wanted=wanted,
            now=datetime.now(UTC),
            contact_now=contact_now,
        )


async def a_list(
    engine: AsyncEngine, *, debtors: int = 3, phones: int = 1
) -> tuple[UUID, list[UUID]]:
    async with engine.begin() as connection:
        ids = await a_portfolio(connection, debtors=debtors, phones=phones)
        return await a_campaign(connection), ids


async def test_attempts_follow_the_list_and_carry_their_verdict(
    engine: AsyncEngine, term: Term
) -> None:
    campaign, debtors = await a_list(engine, debtors=3)
    first = await place(engine, term, campaign, 2)
    second = await place(engine, term, campaign, 2)
    assert [p.debtor for p in first] == debtors[:2]
    assert [p.debtor for p in second] == debtors[2:]
    async with engine.connect() as connection:
        query = select(VerdictRow.allowed, AttemptRow.epoch).join(
            AttemptRow, AttemptRow.verdict_id == VerdictRow.id
        )
        rows = [tuple(r) for r in await connection.execute(query)]
    assert rows == [(True, term.epoch)] * 3


async def test_who_lives_in_a_city_is_left_alone_on_its_holiday(
    engine: AsyncEngine, term: Term
) -> None:
    campaign, (debtor, neighbour) = await a_list(engine, debtors=2)
    lives = Address(street="Rua A, 1", district="", city="RECIFE", uf="PE", cep="50000000")
    async with engine.begin() as connection:
        await keep(connection, debtor, lives, TUESDAY_TEN)
    carmo = datetime(2026, 7, 16, 10, tzinfo=SAO_PAULO)  # Recife's own, a Thursday
    placed = await place(engine, term, campaign, 2, contact_now=carmo)
    async with engine.connect() as connection:
        refused = select(VerdictRow.debtor_id, VerdictRow.rule).where(~VerdictRow.allowed)
        rows = [tuple(row) for row in await connection.execute(refused)]
    assert [p.debtor for p in placed] == [neighbour]
    assert rows == [(debtor, "holiday_recife")]


async def test_the_attempt_names_the_route_that_carries_it(
    engine: AsyncEngine, term: Term
) -> None:
    campaign, _ = await a_list(engine, debtors=3)
    best, other = (
        Route(name=name, host="127.0.0.1", simulated=True) for name in ("best", "other")
    )
    free = FreeRoutes((best, other), {"best": 1, "other": 1})
    placed = await place(engine, term, campaign, 3, free=free)
    assert [p.route for p in placed] == ["best", "other"]
    async with engine.connect() as connection:
        query = select(AttemptRow.route).order_by(AttemptRow.route)
        assert list((await connection.execute(query)).scalars()) == ["best", "other"]
    # the third found no room: nothing was written of it but its verdict, and it is next
    assert await states(engine) == ["leased", "leased", "ready"]
    assert [p.route for p in await place(engine, term, campaign, 3)] == ["trunk"]


async def test_whom_no_route_may_carry_gets_no_attempt(
    engine: AsyncEngine, term: Term
) -> None:
    campaign, _ = await a_list(engine, debtors=1)
    real = Route(name="real", host="127.0.0.1")
    free = FreeRoutes([real], {"real": 9})
    assert await place(engine, term, campaign, 1, free=free) == []
    async with engine.connect() as connection:
        assert (await connection.execute(select(func.count(AttemptRow.id)))).scalar() == 0
    assert await states(engine) == ["done"]


async def states(engine: AsyncEngine) -> list[str]:
    query = select(CampaignDebtorRow.state).order_by(CampaignDebtorRow.position)
    async with engine.connect() as connection:
        return list((await connection.execute(query)).scalars())


async def test_a_debtor_with_an_open_attempt_is_not_called_by_another_campaign(
    engine: AsyncEngine, term: Term
) -> None:
    campaign, _ = await a_list(engine, debtors=1)
    async with engine.begin() as connection:
        other = await a_campaign(connection, "Abril")
    assert len(await place(engine, term, campaign, 5)) == 1
    assert await place(engine, term, other, 5) == []


async def test_a_deposed_leader_commits_nothing(engine: AsyncEngine, term: Term) -> None:
    campaign, _ = await a_list(engine)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE leadership SET expires_at = now()"))
        successor = await take(connection, "floor", "other", lease_s=60)
    assert successor is not None
    assert successor.epoch == term.epoch + 1
    with pytest.raises(TermIsOver):
        await place(engine, term, campaign, 5)
    async with engine.connect() as connection:
        count = await connection.execute(select(func.count()).select_from(AttemptRow))
        assert count.scalar_one() == 0


async def test_refused_debtors_are_put_off_and_their_verdicts_kept(
    engine: AsyncEngine, term: Term
) -> None:
    campaign, debtors = await a_list(engine, debtors=2)
    sunday = datetime.fromisoformat("2026-03-15T11:00:00-03:00")
    assert await place(engine, term, campaign, 5, contact_now=sunday) == []
    async with engine.connect() as connection:
        verdicts = list(await connection.execute(select(VerdictRow.__table__)))
        put_off = await connection.execute(select(CampaignDebtorRow.next_at))
        next_at = set(put_off.scalars())
    assert [v.allowed for v in verdicts] == [False] * len(debtors)
    assert next_at == {datetime.fromisoformat("2026-03-16T08:00:00-03:00")}


async def test_numbers_take_turns_between_tries(engine: AsyncEngine, term: Term) -> None:
    campaign, _ = await a_list(engine, debtors=1, phones=2)
    (first,) = await place(engine, term, campaign, 1)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE attempt SET outcome = 'busy'"))
        await connection.execute(text("UPDATE campaign_debtor SET state = 'ready'"))
    (second,) = await place(engine, term, campaign, 1)
    assert first.number != second.number


async def test_a_campaign_that_does_not_run_gets_no_attempt(
    engine: AsyncEngine, term: Term
) -> None:
    campaign, _ = await a_list(engine, debtors=3)
    assert len(await place(engine, term, campaign, 1)) == 1
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE campaign SET status = 'paused'"))
    assert await place(engine, term, campaign, 2) == []
    assert await states(engine) == ["leased", "ready", "ready"]


async def test_a_pause_waits_for_a_placement_and_nothing_follows_it(
    engine: AsyncEngine, term: Term
) -> None:
    campaign, _ = await a_list(engine, debtors=3)
    async with engine.begin() as placing:
        running = text("SELECT status = 'running' FROM campaign FOR SHARE")
        await placing.execute(running)  # as a placement that is not committed yet
        async with engine.connect() as pausing:
            await pausing.execute(text("SET lock_timeout = 200"))
            with pytest.raises(DBAPIError, match="lock timeout"):
                await pausing.execute(text("UPDATE campaign SET status = 'paused'"))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE campaign SET status = 'paused'"))
    assert await place(engine, term, campaign, 3) == []
