"""A creditor or portfolio that is closed: nothing new, and what was agreed goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.agreements.life import State
from cobranca.agreements.service import (
    CollectionClosed,
    NotAccepted,
    accept,
    offer,
    offers,
)
from cobranca.agreements.simulation import Wishes
from cobranca.channels.message import NewMessage
from cobranca.channels.queue import put
from cobranca.channels.store import MessageRow
from cobranca.compliance.facts import Candidate
from cobranca.compliance.model import Purpose
from cobranca.compliance.points_of import points_of
from cobranca.compliance.service import ContactPolicy, Errand
from cobranca.debtors.store import CreditorRow, PortfolioRow
from cobranca.debts.closed import Closed
from cobranca.debts.closing import set_closed
from cobranca.debts.contracts import BookClosed, change
from cobranca.debts.store import ContractRow, DebtRow
from dialer.callbacks.store import CallBackRow
from dialer.campaigns.errors import CampaignError
from dialer.campaigns.placing import pick
from dialer.campaigns.store import CampaignDebtorRow
from foundation.ids import uuid7
from tests.builders.agreements import (
    AT,
    CLICK,
    TODAY,
    a_negotiable_debt,
    an_agreement,
    asking,
    pay,
)
from tests.builders.contact import TUESDAY_TEN
from tests.builders.portfolio import a_campaign, a_portfolio

POLICY = ContactPolicy(simulated_route=True)
FREE = "all_rules_met"
UNSAID: Any = {"product": None, "contracted_on": None, "now": AT}
BOTH = pytest.mark.parametrize("kind", list(Closed))


async def named(connection: AsyncConnection, kind: Closed) -> UUID:
    row = CreditorRow if kind is Closed.CREDITOR else PortfolioRow
    return (await connection.scalars(select(row.id))).one()


async def shut(connection: AsyncConnection, kind: Closed, at: datetime | None = AT) -> None:
    assert await set_closed(connection, kind, await named(connection, kind), at)


async def another_portfolio(connection: AsyncConnection) -> UUID:
    """Of the same creditor."""
    creditor = await named(connection, Closed.CREDITOR)
    values = {"id": uuid7(), "creditor_id": creditor, "name": "Outra"}
    await connection.execute(insert(PortfolioRow), values)
    return UUID(str(values["id"]))


async def rule_for(connection: AsyncConnection, whom: Candidate, **errand: Any) -> str:
    (ruling,) = await POLICY.ask(
        connection, [whom], TUESDAY_TEN, errand=Errand(**errand), looking=True
    )
    return ruling.verdict.rule


@BOTH
async def test_no_means_reaches_a_debtor_of_what_is_closed(
    engine: AsyncEngine, kind: Closed
) -> None:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        (whom,) = await points_of(connection, debtor)
        creditor = await named(connection, Closed.CREDITOR)
        debt = (await connection.scalars(select(DebtRow.id))).one()
        errands: Sequence[dict[str, Any]] = (
            {"creditor": creditor}, {"debt": debt}, {},
            {"means": "robot"}, {"means": "sms"}, {"means": "whatsapp"},
            {"purpose": "offer"}, {"purpose": "conciliation"},
        )  # fmt: skip
        assert {await rule_for(connection, whom, **one) for one in errands} == {FREE}
        await shut(connection, kind)
        assert {await rule_for(connection, whom, **one) for one in errands} == {"closed"}
        # a receipt, a quittance, a code that he asked for
        service = await rule_for(connection, whom, purpose="service", creditor=creditor)
        assert service == FREE
        # what falls due of an agreement that was made before
        agreed = await rule_for(connection, whom, purpose="agreed", debt=debt)
        assert agreed == FREE
        await shut(connection, kind, None)
        assert {await rule_for(connection, whom, **one) for one in errands} == {FREE}


async def test_a_creditor_that_is_closed_reaches_nobody_even_who_owes_nothing(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        (whom,) = await points_of(connection, debtor)
        creditor = await named(connection, Closed.CREDITOR)
        await connection.execute(update(DebtRow).values(status="settled"))
        await shut(connection, Closed.CREDITOR)
        assert await rule_for(connection, whom, creditor=creditor) == "closed"
        other = await rule_for(connection, whom, creditor=UUID(int=1))
        assert other == "nothing_owed"


async def test_who_owes_to_an_open_portfolio_too_may_be_reached_for_that_one(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        debtor, _ = await a_portfolio(connection, debtors=2)
        (whom,) = await points_of(connection, debtor)
        creditor = await named(connection, Closed.CREDITOR)
        await connection.execute(update(ContractRow).values(debtor_id=debtor))
        other = await another_portfolio(connection)
        one, two = await connection.scalars(select(ContractRow.id))
        await change(connection, two, portfolio=other, **UNSAID)
        assert await set_closed(connection, Closed.PORTFOLIO, other, AT)
        debt = {c: d for d, c in await connection.execute(
            select(DebtRow.id, DebtRow.contract_id)
        )}  # fmt: skip
        assert await rule_for(connection, whom, creditor=creditor) == FREE
        assert await rule_for(connection, whom, debt=debt[one]) == FREE
        assert await rule_for(connection, whom, debt=debt[two]) == "closed"


@BOTH
async def test_nothing_is_offered_and_what_was_offered_is_not_agreed(
    engine: AsyncEngine, kind: Closed
) -> None:
    debt = await a_negotiable_debt(engine)
    async with engine.begin() as connection:
        found, made = await offers(connection, asking(debt), Wishes())
        before = await offer(connection, asking(debt), found, made.offers[0], at=AT)
        await shut(connection, kind)
        with pytest.raises(CollectionClosed):
            await offers(connection, asking(debt), Wishes())
        refused = await accept(connection, before, CLICK, on=TODAY, at=AT)
        assert refused == NotAccepted("closed")
        await shut(connection, kind, None)
        agreed = await accept(connection, before, CLICK, on=TODAY, at=AT)
        assert isinstance(agreed, UUID)
        # the same offer again is the same agreement, closed or not
        await shut(connection, kind)
        assert await accept(connection, before, CLICK, on=TODAY, at=AT) == agreed


async def test_what_was_agreed_before_is_paid_to_its_end(engine: AsyncEngine) -> None:
    debt = await a_negotiable_debt(engine)
    async with engine.begin() as connection:
        _, (part,) = await an_agreement(connection, debt, 1)
        await shut(connection, Closed.CREDITOR)
        assert await pay(connection, part, "93.72", TODAY, "E1") is State.KEPT
        status = await connection.scalar(select(DebtRow.status).where(DebtRow.id == debt))
    assert status == "settled"


@pytest.mark.parametrize("closed_first", [True, False])
async def test_closing_and_agreeing_at_once_end_in_one_order_or_the_other(
    engine: AsyncEngine, closed_first: bool
) -> None:
    debt = await a_negotiable_debt(engine)
    async with engine.begin() as connection:
        found, made = await offers(connection, asking(debt), Wishes())
        name = await offer(connection, asking(debt), found, made.offers[0], at=AT)

    async def agree(connection: AsyncConnection) -> UUID | NotAccepted:
        return await accept(connection, name, CLICK, on=TODAY, at=AT)

    async def close(connection: AsyncConnection) -> None:
        await shut(connection, Closed.CREDITOR)

    async with engine.connect() as first, engine.connect() as second:
        if closed_first:
            await close(first)
            waiting = asyncio.create_task(agree(second))
            await held(engine)
            await first.commit()
            assert await waiting == NotAccepted("closed")
        else:
            agreed = await agree(first)
            closing = asyncio.create_task(close(second))
            await held(engine)
            await first.commit()
            await closing
            await second.commit()
            assert isinstance(agreed, UUID)


async def held(engine: AsyncEngine) -> None:
    """Until somebody waits for a lock."""
    waits = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(30):
        while True:
            async with engine.connect() as connection:
                if await connection.scalar(waits):
                    return
            await asyncio.sleep(0.01)


@BOTH
async def test_the_dialer_chooses_nobody_until_it_is_open_again(
    engine: AsyncEngine, kind: Closed
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=2)
        campaign = await a_campaign(connection)
        (whom, _) = await pick(connection, campaign, TUESDAY_TEN, 9)
        booked = {
            "id": uuid7(), "debtor_id": whom.debtor_id, "campaign_id": campaign,
            "contact_point_id": whom.contact_point_id, "state": "booked",
            "due_at": TUESDAY_TEN, "booked_at": datetime.now(UTC),
        }  # fmt: skip
        await connection.execute(insert(CallBackRow), booked)
    async with engine.begin() as connection:
        await shut(connection, kind)
        assert await pick(connection, campaign, TUESDAY_TEN, 9) == []
        states = set(await connection.scalars(select(CampaignDebtorRow.state)))
        call_backs = (await connection.execute(
            select(CallBackRow.state, CallBackRow.rule)
        )).all()  # fmt: skip
        assert (states, call_backs) == ({"closed"}, [("cancelled", "closed")])
        with pytest.raises(CampaignError, match="desativada"):
            await a_campaign(connection, "Abril", portfolio="Cartão")
    async with engine.begin() as connection:
        await shut(connection, kind, None)
        assert len(await pick(connection, campaign, TUESDAY_TEN, 9)) == 2


async def test_a_contract_that_moves_takes_its_debtors_turn_along(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=1)
        campaign = await a_campaign(connection)
        other = await another_portfolio(connection)
        contract = (await connection.scalars(select(ContractRow.id))).one()
        home = (await connection.scalars(select(ContractRow.portfolio_id))).one()
        assert await set_closed(connection, Closed.PORTFOLIO, home, AT)
        assert await pick(connection, campaign, TUESDAY_TEN, 9) == []
        await change(connection, contract, portfolio=other, **UNSAID)
        assert len(await pick(connection, campaign, TUESDAY_TEN, 9)) == 1
        with pytest.raises(BookClosed):
            await change(connection, contract, portfolio=home, **UNSAID)


@BOTH
async def test_messages_that_wait_are_cancelled_receipts_and_reminders_go(
    engine: AsyncEngine, kind: Closed
) -> None:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        creditor = await named(connection, Closed.CREDITOR)
        debt = (await connection.scalars(select(DebtRow.id))).one()
        purposes: tuple[Purpose, ...] = ("agreed", "collection", "service")
        for purpose in purposes:
            later = datetime.now(UTC) + timedelta(days=1)
            new = NewMessage(
                debtor=debtor, creditor=creditor, debt=debt, template="portal_link",
                key=purpose, purpose=purpose, due_at=later,
            )  # fmt: skip
            assert await put(connection, new)
        await shut(connection, kind)
        rows = await connection.execute(
            select(MessageRow.purpose, MessageRow.state).order_by(MessageRow.purpose)
        )
        assert rows.all() == [
            ("agreed", "queued"), ("collection", "cancelled"), ("service", "queued"),
        ]  # fmt: skip


async def test_closed_again_is_no_change(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=1)
        creditor = await named(connection, Closed.CREDITOR)
        await shut(connection, Closed.CREDITOR)
        again = await set_closed(connection, Closed.CREDITOR, creditor, datetime.now(UTC))
        since = await connection.scalar(select(func.min(CreditorRow.closed_at)))
        nobody = await set_closed(connection, Closed.CREDITOR, UUID(int=1), AT)
    assert (again, since, nobody) == (False, AT, None)
