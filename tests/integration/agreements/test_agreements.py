"""From an offer to an agreement, its payments, and what becomes of the debt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.agreements.keeping import break_lapsed, due_list
from cobranca.agreements.life import ImpossibleTransition, State
from cobranca.agreements.policy import Authority
from cobranca.agreements.publishing import PolicyVersionTaken, policies, publish
from cobranca.agreements.service import (
    NotAccepted,
    NothingToNegotiate,
    accept,
    cancel,
    offer,
    offers,
)
from cobranca.agreements.simulation import Wishes
from cobranca.agreements.standing import Standing, standing
from cobranca.agreements.store import AgreementInstalmentRow, AgreementRow
from cobranca.agreements.undoing import NoSuchPayment, undo_payment
from cobranca.debts.facts import Means
from cobranca.debts.service import known
from cobranca.debts.store import ContractRow, DebtRow, InstalmentRow
from foundation.ids import uuid7
from tests.builders.agreements import (
    AT,
    CLICK,
    LATER,
    POLICY,
    TODAY,
    an_agreement,
    asking,
    negotiable_debts,
    pay,
    pay_debt,
    sums,
)


async def test_an_agreement_kept_settles_the_debt_and_forgives_the_rest(
    engine: AsyncEngine, debt: UUID
) -> None:
    async with engine.begin() as connection:
        _, parts = await an_agreement(connection, debt)
        # 104.13 less 10.41: 93.72, in three of 31.24
        assert await pay(connection, parts[0], "31.24", TODAY, "E1") is State.ACTIVE
        assert (
            await pay(connection, parts[1], "31.24", date(2026, 4, 10), "E2")
            is State.ACTIVE
        )
        assert (
            await pay(connection, parts[2], "31.24", date(2026, 5, 8), "E3") is State.KEPT
        )
        found = await sums(connection)
        now = await known(connection, debt)
        status = await connection.scalar(select(DebtRow.status).where(DebtRow.id == debt))
    assert found["cash"] == Decimal("93.72")
    assert now.on(date(2026, 12, 1)).total == 0
    assert found["discount"] > Decimal("10.41")  # and the interest of two months
    assert status == "settled"
    assert sum(found.values()) == 0


async def test_a_breach_is_found_behind_agreements_that_are_kept(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cobranca.agreements.keeping._PAGE", 1)
    async with engine.begin() as connection:
        made = []
        for number, debt in enumerate(await negotiable_debts(engine, 3)):
            agreement, parts = await an_agreement(connection, debt)
            await pay(connection, parts[0], "31.24", TODAY, f"A{number}")
            made.append((agreement, parts[1]))
        *kept, (broken, _) = sorted(made)
        for number, (_, second) in enumerate(kept):
            await pay(connection, second, "31.24", date(2026, 4, 10), f"B{number}")
        assert await break_lapsed(connection, date(2026, 4, 21), LATER) == [broken]


async def test_the_sweep_reads_only_agreements_with_something_late(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[UUID] = []

    async def seen(connection: AsyncConnection, agreement: UUID) -> Standing:
        read.append(agreement)
        return await standing(connection, agreement)

    monkeypatch.setattr("cobranca.agreements.keeping.standing", seen)
    on = date(2026, 3, 20)  # the first is late, within grace
    async with engine.begin() as connection:
        made = []
        for number, debt in enumerate(await negotiable_debts(engine, 3)):
            agreement, parts = await an_agreement(connection, debt)
            made.append(agreement)
            if number:
                await pay(connection, parts[0], "31.24", TODAY, f"A{number}")
        assert await break_lapsed(connection, on, LATER) == []
        assert read == [made[0]]
        await undo_payment(
            connection, means=Means.PIX, reference="A2", reason="refund", at=LATER
        )
        read.clear()
        assert await break_lapsed(connection, on, LATER) == []
    assert read == [made[0], made[2]]


async def test_a_breach_leaves_the_debt_with_what_was_paid_imputed(
    engine: AsyncEngine, debt: UUID
) -> None:
    async with engine.begin() as connection:
        agreement, parts = await an_agreement(connection, debt)
        await pay(connection, parts[0], "31.24", TODAY, "E1")
        assert await break_lapsed(connection, date(2026, 4, 20), LATER) == []  # grace
        assert await break_lapsed(connection, date(2026, 4, 21), LATER) == [agreement]
        assert await break_lapsed(connection, date(2026, 4, 22), LATER) == []
        state = await connection.scalar(select(AgreementRow.state))
        balance = (await known(connection, debt)).on(TODAY)
        # a payment that comes after counts for the debt, and revives nothing
        assert (
            await pay(connection, parts[1], "31.24", date(2026, 4, 22), "E2")
            is State.BROKEN
        )
    assert state == State.BROKEN
    assert balance.total == Decimal("72.89")  # 104.13 less 31.24: the discount fell


async def test_debts_are_settled_together_even_one_too_small_for_a_cent_of_each_payment(
    engine: AsyncEngine, debt: UUID
) -> None:
    async with engine.begin() as connection:
        both = await _second_debt(connection, debt)
        asked = replace(asking(debt), debts=both)
        case, found = await offers(
            connection, asked, Wishes(instalments=3, first_due=TODAY)
        )
        name = await offer(connection, asked, case, found.offers[0], at=AT)
        made = await accept(connection, name, CLICK, on=TODAY, at=AT)
        query = select(AgreementInstalmentRow.__table__).where(
            AgreementInstalmentRow.agreement_id == made
        )
        for part in list(await connection.execute(query)):
            state = await pay(connection, part.id, str(part.amount), TODAY, str(part.id))
        assert state is State.KEPT
        small = await known(connection, both[1])
        assert small.on(date(2026, 3, 9)).total == Decimal("0.01")
        assert small.on(TODAY).total == 0
        assert (await known(connection, debt)).on(TODAY).total == 0
        assert sum((await sums(connection)).values()) == 0


async def _second_debt(connection: AsyncConnection, debt: UUID) -> tuple[UUID, UUID]:
    """A debt of one cent of the same debtor with the same creditor."""
    row = (
        await connection.execute(
            select(ContractRow.__table__).join(
                DebtRow, DebtRow.contract_id == ContractRow.id
            )
        )
    ).one()
    contract, other = uuid7(), uuid7()
    new = row._asdict() | {"id": contract, "number": "C9"}
    await connection.execute(insert(ContractRow), new)
    await connection.execute(
        insert(DebtRow),
        {"id": other, "contract_id": contract, "status": "open", "created_at": AT},
    )
    part = {"id": uuid7(), "debt_id": other, "number": 1, "amount": Decimal("0.01")}
    await connection.execute(insert(InstalmentRow), part | {"due_on": date(2026, 1, 5)})
    return debt, other


async def test_a_broken_agreement_gives_way_to_another(
    engine: AsyncEngine, debt: UUID
) -> None:
    async with engine.begin() as connection:
        first, _ = await an_agreement(connection, debt)
        await break_lapsed(connection, date(2026, 3, 21), LATER)
        second, _ = await an_agreement(connection, debt, 1)
        states = select(AgreementRow.id, AgreementRow.state)
        found = {row.id: row.state for row in await connection.execute(states)}
        assert found == {first: State.RENEGOTIATED, second: State.ACCEPTED}
        assert await cancel(connection, second, "pediu", LATER) is State.CANCELLED
        with pytest.raises(ImpossibleTransition):
            await cancel(connection, second, "pediu", LATER)


async def test_a_version_is_used_from_its_day_on(engine: AsyncEngine, debt: UUID) -> None:
    later = POLICY.model_copy(update={"version": 2, "valid_from": date(2026, 6, 1)})
    async with engine.begin() as connection:
        await publish(connection, later, by="sonia", at=AT)
        for on, version in ((TODAY, 1), (date(2026, 6, 1), 2)):
            (used,) = (await policies(connection, on)).values()
            assert used.version == version


async def test_a_payment_that_goes_back_takes_the_kept_agreement_with_it(
    engine: AsyncEngine, debt: UUID
) -> None:
    async with engine.begin() as connection:
        agreement, (only,) = await an_agreement(connection, debt, 1)
        assert await pay(connection, only, "93.72", TODAY, "E1") is State.KEPT
        for first in (True, False):
            done = await undo_payment(
                connection, means=Means.PIX, reference="E1", reason="fraude", at=LATER
            )
            assert done is first
        assert (await standing(connection, agreement)).state is State.ACCEPTED
        assert (await known(connection, debt)).on(TODAY).total == Decimal("104.13")
        found = await sums(connection)
        assert found.get("cash", 0) == 0
        with pytest.raises(NoSuchPayment):
            await undo_payment(connection, means=Means.PIX, reference="E9", reason="x")


async def test_an_offer_is_accepted_once_while_it_holds_and_the_debt_is_the_same(
    engine: AsyncEngine, debt: UUID
) -> None:
    async with engine.begin() as connection:
        case, found = await offers(connection, asking(debt), Wishes())
        names = [
            await offer(connection, asking(debt), case, found.offers[0], at=AT)
            for _ in range(3)
        ]
        late = await accept(connection, names[0], CLICK, on=date(2026, 3, 16), at=AT)
        assert late == NotAccepted("expired")
        made = await accept(connection, names[0], CLICK, on=TODAY, at=AT)
        assert await accept(connection, names[0], CLICK, on=TODAY, at=AT) == made
        other = await accept(connection, names[1], CLICK, on=TODAY, at=AT)
        assert other == NotAccepted("already_agreed")
        with pytest.raises(NothingToNegotiate):
            await offers(connection, asking(debt), Wishes())


async def test_a_payment_between_offer_and_acceptance_makes_another_debt(
    engine: AsyncEngine, debt: UUID
) -> None:
    async with engine.begin() as connection:
        case, found = await offers(connection, asking(debt), Wishes())
        name = await offer(connection, asking(debt), case, found.offers[0], at=AT)
        await pay_debt(connection, debt, "1.00", "E1")
        made = await accept(connection, name, CLICK, on=TODAY, at=AT)
    assert made == NotAccepted("debt_changed")


async def test_a_robot_may_not_give_what_an_agent_may(
    engine: AsyncEngine, debt: UUID
) -> None:
    async with engine.begin() as connection:
        wished = Wishes(instalments=1, discount=Decimal("10.00"))
        _, robot = await offers(connection, asking(debt, Authority.ROBOT), wished)
        _, agent = await offers(connection, asking(debt), wished)
    assert (robot.offers, robot.refusals[0].reasons) == ((), ("discount",))
    assert agent.offers[0].total == Decimal("94.13")


async def test_what_falls_due_is_listed_by_what_is_at_stake(
    engine: AsyncEngine, debt: UUID
) -> None:
    async with engine.begin() as connection:
        _, parts = await an_agreement(connection, debt)
        await pay(connection, parts[0], "31.24", TODAY, "E1")
        (due,) = await due_list(connection, date(2026, 4, 8))
    assert (due.id, due.days, due.amount) == (parts[1], -2, Decimal("31.24"))
    assert due.at_stake == Decimal("62.48")


async def test_a_version_is_published_once(engine: AsyncEngine, debt: UUID) -> None:
    async with engine.begin() as connection:
        with pytest.raises(PolicyVersionTaken):
            await publish(connection, POLICY, by="sonia", at=AT)
