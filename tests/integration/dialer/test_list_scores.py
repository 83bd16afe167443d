"""What the dialer knows of a number's chance: what a list told, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.compliance.points_of import points_of
from cobranca.compliance.service import ContactPolicy
from cobranca.debtors.store import ContactPointRow, ContactScoreRow
from dialer.adapters.pacing_history import history
from dialer.calls.store import AttemptRow
from dialer.campaigns import list_scores
from dialer.campaigns.errors import NoCampaign
from dialer.campaigns.leads import leads_of
from dialer.campaigns.list_scores import ListScores, told
from dialer.campaigns.placing import Placement, PlacingRules, commit_attempts, pick
from dialer.campaigns.running import running_campaigns
from dialer.pacing import Placed
from dialer.routes import FreeRoutes
from foundation.db.leadership import Term, take
from foundation.ids import uuid7
from foundation.route import Route
from tests.builders.contact import TUESDAY_TEN
from tests.builders.portfolio import a_campaign, a_portfolio

SIMULATED = Route(name="trunk", host="127.0.0.1", simulated=True)
SCORED = {"policy": {"scored": True}}


@pytest_asyncio.fixture
async def term(engine: AsyncEngine) -> AsyncIterator[Term]:
    async with engine.begin() as connection:
        won = await take(connection, "floor", "test", lease_s=60)
    assert won is not None
    yield won


async def numbers_of(connection: AsyncConnection, debtor: UUID) -> list[Any]:
    """Ids and numbers, in the order of the file."""
    query = (
        select(ContactPointRow.id, ContactPointRow.value)
        .where(ContactPointRow.debtor_id == debtor)
        .order_by(ContactPointRow.score.desc())
    )
    return list(await connection.execute(query))


async def tell(connection: AsyncConnection, point: UUID, score: float) -> None:
    values = {"contact_point_id": point, "score": score}
    await connection.execute(insert(ContactScoreRow), values)


async def half_scored(connection: AsyncConnection, **changed: Any) -> UUID:
    """Three debtors of two numbers: a list told of the second's better one only."""
    debtors = await a_portfolio(connection, debtors=3, phones=2)
    (_, later) = await numbers_of(connection, debtors[1])
    await tell(connection, later.id, 0.31)
    return await a_campaign(connection, **changed)


async def placed(engine: AsyncEngine, term: Term, campaign: UUID) -> list[Placement]:
    async with engine.begin() as connection:
        return await commit_attempts(
            connection,
            term=term,
            rules=PlacingRules(campaign=campaign, lease_s=60),
            policy=ContactPolicy(simulated_route=True),
            routes=FreeRoutes([SIMULATED], {"trunk": 100}),
            wanted=3,
            now=datetime.now(UTC),
            contact_now=TUESDAY_TEN,
        )


async def test_a_number_that_no_list_scored_has_an_unknown_chance(
    engine: AsyncEngine, term: Term
) -> None:
    async with engine.begin() as connection:
        campaign = await half_scored(connection, **SCORED)
        (running,) = await running_campaigns(connection)
        leads = (await leads_of(connection, [running], TUESDAY_TEN))[campaign]
    assert (leads.count, leads.scores) == (3, (None, 0.31, None))
    assert leads.after(1).scores == (0.31, None)
    assert [one.score for one in await placed(engine, term, campaign)] == [None, 0.31, None]


async def test_a_campaign_that_does_not_go_by_the_list_shows_no_chances(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        campaign = await half_scored(connection)
        (running,) = await running_campaigns(connection)
        leads = await leads_of(connection, [running], TUESDAY_TEN)
    assert leads[campaign].scores == ()


async def test_the_best_chance_is_called_first_and_a_list_knows_better_than_place(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1, phones=4)
        numbers = await numbers_of(connection, debtor)
        await tell(connection, numbers[2].id, 0.2)
        await tell(connection, numbers[3].id, 0.6)
        campaign = await a_campaign(connection)
        (first,) = await pick(connection, campaign, TUESDAY_TEN, 1)
        shown = [one.number for one in await points_of(connection, debtor)]
    wanted = [numbers[n].value for n in (3, 2, 0, 1)]
    assert (first.number, shown) == (wanted[0], wanted)


@pytest.mark.parametrize(("policy", "p"), [({"scored": True}, 0.31), ({}, None)])
async def test_a_pacer_made_anew_hears_the_same_chances_of_its_past(
    engine: AsyncEngine, policy: dict[str, Any], p: float | None
) -> None:
    async with engine.begin() as connection:
        campaign = await half_scored(connection, policy=policy)
        point = await connection.scalar(select(ContactScoreRow.contact_point_id))
        at = datetime.now(UTC) - timedelta(minutes=5)
        call = {
            "direction": "outbound", "campaign_id": campaign, "number": "+5511900000001",
            "route": "trunk", "epoch": 1, "contact_day": at.date(), "abandoned": False,
            "ended_at": at + timedelta(seconds=30), "outcome": "no_answer",
        }  # fmt: skip
        calls = [
            call | {"id": uuid7(), "placed_at": at, "contact_point_id": point},
            call | {"id": uuid7(), "placed_at": at, "contact_point_id": None},
        ]
        await connection.execute(insert(AttemptRow), calls)
        past = await history(connection, campaign)
    heard = {one.call: one.p for one in past.events if isinstance(one, Placed)}
    assert heard == {str(calls[0]["id"]): p, str(calls[1]["id"]): None}


async def test_how_many_numbers_a_list_told_of(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engine.begin() as connection:
        campaign = await half_scored(connection)
        assert await told(connection, campaign) == ListScores(6, 1, 3, whole=True)
        monkeypatch.setattr(list_scores, "MOST", 2)
        assert await told(connection, campaign) == ListScores(4, 1, 2, whole=False)
        with pytest.raises(NoCampaign):
            await told(connection, uuid7())
