"""The ledger of a debt in a real database: written once, never changed, always closed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.agreements.receiving import (
    AbsurdDate,
    NoSuchInstalment,
    OtherPayment,
    record_payment,
)
from cobranca.debts.facts import AbsurdAmount, Means
from cobranca.debts.ledger_store import ContractTermsRow, DebtEntryRow, DebtFactRow
from cobranca.debts.registering import TermsRefused, read_terms, register_terms
from cobranca.debts.service import NoSuchDebt, known
from cobranca.debts.store import ContractRow, DebtRow, InstalmentRow
from tests.builders.agreements import (
    AT,
    TODAY,
    pay_debt,
    sums,
)
from tests.builders.portfolio import a_portfolio


async def test_a_balance_comes_from_the_import_and_the_terms(
    engine: AsyncEngine, debt: UUID
) -> None:
    async with engine.begin() as connection:
        balance = (await known(connection, debt)).on(TODAY)
    # 64 days of 5/1: 100 * 0.01 * 64 / 30 = 2.13, and 2.00
    assert balance.total == Decimal("104.13")
    assert {line.source for line in balance.lines} == {"contrato, cláusula 7"}


async def test_a_part_payment_is_written_in_a_ledger_that_closes(
    engine: AsyncEngine, debt: UUID
) -> None:
    async with engine.begin() as connection:
        for _ in range(2):  # told twice, written once
            received = await record_payment(
                connection,
                debt_id=debt,
                amount=Decimal("54.13"),
                paid_on=TODAY,
                means=Means.PIX,
                reference="E1",
                at=AT,
            )
        assert received.again
        assert await sums(connection) == {
            "principal": Decimal("50.00"),
            "cash": Decimal("54.13"),
            "granted": Decimal("-100.00"),
            "accrued": Decimal("-4.13"),
        }
        assert (await known(connection, debt)).on(TODAY).total == Decimal("50.00")


async def test_a_payment_told_late_undoes_and_writes_again(
    engine: AsyncEngine, debt: UUID
) -> None:
    async with engine.begin() as connection:
        for name, on, amount in (("E2", TODAY, "54.13"), ("E1", date(2026, 1, 5), "60.00")):
            await record_payment(
                connection,
                debt_id=debt,
                amount=Decimal(amount),
                paid_on=on,
                means=Means.PIX,
                reference=name,
                at=AT,
            )
        kinds = await connection.execute(
            select(DebtEntryRow.kind).order_by(DebtEntryRow.number)
        )
        assert list(kinds.scalars()) == [
            "opening",
            "accrual",
            "payment",
            "reversal",
            "reversal",
            "payment",
            "accrual",
            "payment",
        ]
        now = await known(connection, debt)
        # 40.00 left on 5/1; to 10/3 0.85 and 0.80; 54.13 came: 12.48 too much
        assert now.on(TODAY).credit == Decimal("12.48")
        status = await connection.scalar(select(DebtRow.status).where(DebtRow.id == debt))
        assert status == "settled"
        found = await sums(connection)
    assert found["credit"] == Decimal("-12.48")
    assert found["cash"] == Decimal("114.13")


async def test_an_amount_that_an_import_corrects_is_corrected_in_the_ledger(
    engine: AsyncEngine, debt: UUID
) -> None:
    async with engine.begin() as connection:
        await pay_debt(connection, debt, "10.00", "E1")
        await connection.execute(update(InstalmentRow).values(amount=Decimal("80.00")))
        assert (await known(connection, debt)).on(date(2026, 1, 5)).total == Decimal(
            "80.00"
        )
        await pay_debt(connection, debt, "10.00", "E2")
        kinds = list((await connection.execute(select(DebtFactRow.kind))).scalars())
    assert sorted(kinds) == ["amended", "opened", "paid", "paid"]


async def test_what_is_written_can_be_neither_changed_nor_removed(
    engine: AsyncEngine, debt: UUID
) -> None:
    async with engine.begin() as connection:
        await pay_debt(connection, debt, "10.00", "E1")
    for statement in ("UPDATE debt_posting SET amount = 0", "DELETE FROM debt_fact"):
        with pytest.raises(DBAPIError, match="never changed"):
            async with engine.begin() as connection:
                await connection.execute(text(statement))


async def test_bad_payments_are_refused_and_write_nothing(
    engine: AsyncEngine, debt: UUID
) -> None:
    good = {"debt_id": debt, "amount": Decimal("10.00"), "paid_on": TODAY}
    nobody = UUID(int=9)
    bad = [
        (good | {"amount": Decimal("-1.00")}, AbsurdAmount),
        (good | {"amount": Decimal("0.001")}, AbsurdAmount),
        (good | {"paid_on": date(2026, 3, 12)}, AbsurdDate),
        (good | {"paid_on": date(1994, 6, 30)}, AbsurdDate),
        (good | {"debt_id": nobody}, NoSuchDebt),
        (good | {"debt_id": None, "instalment_id": nobody}, NoSuchInstalment),
    ]
    async with engine.begin() as connection:
        for wrong, error in bad:
            with pytest.raises(error):
                await record_payment(
                    connection,
                    means=Means.PIX,
                    reference="E1",
                    at=AT,
                    **wrong,  # type: ignore[arg-type]
                )
        assert await connection.scalar(select(func.count(DebtFactRow.id))) == 0
        await pay_debt(connection, debt, "10.00", "E1")
        with pytest.raises(OtherPayment):
            await pay_debt(connection, debt, "11.00", "E1")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("x", "não é TOML"),
        ("terms = 1", "esperava só"),
        ('[[terms]]\ncreditor = "Loja"\nfine = "0.03"', "multa acima de 2 %"),
        ('[[terms]]\nfine = "0.01"', "condição 1, creditor"),
    ],
)
def test_terms_that_cannot_be_are_refused(wrong: str, reason: str) -> None:
    with pytest.raises(TermsRefused, match=reason):
        read_terms(wrong)


@pytest.mark.parametrize(
    ("whom", "reason"),
    [
        ('creditor = "Ninguém"', "credor Ninguém"),
        ('creditor = "Loja"\nproduct = "cartao"', r"produto cartao de Loja .*: Cartão\)"),
    ],
)
async def test_terms_of_nobodys_contracts_register_nothing(
    engine: AsyncEngine, whom: str, reason: str
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=1)
        await connection.execute(update(ContractRow).values(product="Cartão"))
    whole = f'[[terms]]\ncreditor = "Loja"\n[[terms]]\n{whom}'
    with pytest.raises(TermsRefused, match=reason):
        async with engine.begin() as connection:
            await register_terms(connection, read_terms(whole), AT)
    async with engine.connect() as connection:
        assert list(await connection.execute(select(ContractTermsRow.id))) == []
