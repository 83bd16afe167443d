"""The worker and the bank: what is told, what was left out, what is not placed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.agreements.life import State
from cobranca.agreements.receiving import record_payment
from cobranca.agreements.standing import standing
from cobranca.debts.facts import Means
from cobranca.debts.news import heard
from cobranca.debts.service import known
from cobranca.payments import work
from cobranca.payments.api_pix.automatic import PixAutomatico
from cobranca.payments.api_pix.client import ApiPix
from cobranca.payments.api_pix.connection import BankConnection
from cobranca.payments.automatic import NothingToAuthorise, authorise, charge_soon
from cobranca.payments.bank_service import catch_up
from cobranca.payments.charging import pix_charge
from cobranca.payments.owing import next_of_agreement, of_agreement, of_debt
from cobranca.payments.pix.brcode import static_code
from cobranca.payments.pix.key import parse_key
from cobranca.payments.store import ArrivalRow, ChargeRow, RecurrenceRow
from foundation.clock import SAO_PAULO
from foundation.settings import ProcessSettings
from sim.outside.bank.payer import NotForThisBank, pay
from tests.builders.payments import (
    a_debt_of_today,
    agreed_today,
    give_documents,
    real_keys,
)
from tests.integration.payments.at_the_bank import (
    CREDORA,
    KEY,
    a_bank,
    listening,
    with_bank,
)
from tests.real_switch import eventually

TODAY = datetime.now(SAO_PAULO).date()
HUNDRED = Decimal("100.00")


async def entered(engine: AsyncEngine) -> Decimal:
    async with engine.connect() as connection:
        return Decimal(await connection.scalar(select(func.sum(ArrivalRow.entered))) or 0)


async def test_the_first_of_three_instalments_is_paid_by_the_code_and_moves_the_agreement(
    engine: AsyncEngine, settings: ProcessSettings, tmp_path: Path
) -> None:
    agreement = await agreed_today(engine, count=3)
    async with a_bank(tmp_path) as bank, BankConnection(bank.access) as connected:
        known_bank = with_bank(settings, bank)
        async with engine.connect() as connection:
            owing = await next_of_agreement(connection, agreement, TODAY)
        assert owing is not None
        made = await pix_charge(engine, ApiPix(connected), parse_key(KEY), owing)
        again = await pix_charge(engine, ApiPix(connected), parse_key(KEY), owing)
        assert (again.charge_id, again.code) == (made.charge_id, made.code)
        async with listening(engine, known_bank, bank):
            pay(bank, made.code)
            await bank.notices.settle()

            async def moved() -> bool:
                async with engine.connect() as connection:
                    stands = await standing(connection, agreement)
                return stands.state is State.ACTIVE and stands.paid == owing.amount

            await eventually(moved)
    async with engine.connect() as connection:
        following = await next_of_agreement(connection, agreement, TODAY)
        topics = "SELECT topic, count(*) FROM outbox GROUP BY 1 ORDER BY 1"
        rows = [tuple(row) for row in await connection.execute(text(topics))]
    assert following is not None
    assert following.number == 2
    assert rows == [(topic, 1) for topic in heard()]
    assert "paid" in heard()


async def test_what_no_webhook_told_is_found_by_asking(
    engine: AsyncEngine, settings: ProcessSettings, tmp_path: Path
) -> None:
    debt = await a_debt_of_today(engine)
    async with (
        a_bank(tmp_path) as bank,
        BankConnection(bank.access) as connected,
    ):
        known_bank, api = with_bank(settings, bank), ApiPix(connected)
        async with engine.connect() as connection:
            owing = await of_debt(connection, debt, TODAY)
        made = await pix_charge(engine, api, parse_key(KEY), owing)
        pay(bank, made.code)  # nobody told the bank where to tell
        assert await entered(engine) == 0
        assert await catch_up(engine, known_bank, api) == 1
        assert await catch_up(engine, known_bank, api) == 0
    assert await entered(engine) == owing.amount


async def test_an_older_code_is_taken_back_when_the_amount_is_another(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    debt = await a_debt_of_today(engine)
    async with a_bank(tmp_path) as bank, BankConnection(bank.access) as connected:
        api = ApiPix(connected)
        async with engine.connect() as connection:
            today = await of_debt(connection, debt, TODAY)
            later = await of_debt(connection, debt, TODAY + timedelta(days=30))
        assert later.amount > today.amount
        await pix_charge(engine, api, parse_key(KEY), today)
        with pytest.raises(NotForThisBank):
            pay(bank, static_code(parse_key(KEY), CREDORA, amount=HUNDRED))
        await pix_charge(engine, api, parse_key(KEY), later)
        states = [charge["status"] for charge in bank.books.charges.values()]
    assert sorted(states) == ["ATIVA", "REMOVIDA_PELO_USUARIO_RECEBEDOR"]
    async with engine.connect() as connection:
        removed = select(func.count()).where(ChargeRow.removed_at.is_not(None))
        assert await connection.scalar(removed) == 1


async def test_while_money_is_looked_at_nobody_asks_for_it_and_placing_it_ends_that(
    engine: AsyncEngine, settings: ProcessSettings, tmp_path: Path
) -> None:
    debt = await a_debt_of_today(engine)
    async with a_bank(tmp_path) as bank, BankConnection(bank.access) as connected:
        known_bank = with_bank(settings, bank)
        async with engine.connect() as connection:
            owing = await of_debt(connection, debt, TODAY)
        made = await pix_charge(engine, ApiPix(connected), parse_key(KEY), owing)
        async with listening(engine, known_bank, bank):
            pay(bank, made.code, owing.amount + 50)
            await bank.notices.settle()

            async def asked() -> bool:
                async with engine.connect() as connection:
                    return await work.count_open(connection) == 1

            await eventually(asked)
    stands = "SELECT reason, debt_id, until > now() FROM suppression"
    async with engine.begin() as connection:
        rows = [tuple(row) for row in await connection.execute(text(stands))]
        (question,) = await work.open_questions(connection)
        assert (question.reason, question.rest) == ("paid_more", Decimal(50))
        await work.place(connection, known_bank, question.id, by="ana", debt=debt)
    assert [(reason, owed) for reason, owed, _ in rows] == [("payment_confirming", debt)]
    async with engine.connect() as connection:
        assert (await known(connection, debt)).ledger.credit == Decimal(50)
        ended = "SELECT count(*) FROM suppression WHERE until > since + interval '1 hour'"
        assert await connection.scalar(text(ended)) == 0
        with pytest.raises(work.NoSuchQuestion):
            await work.question(connection, question.id)


async def test_an_authorised_agreement_is_charged_before_each_due_date(
    engine: AsyncEngine, settings: ProcessSettings, tmp_path: Path
) -> None:
    agreement = await agreed_today(engine, count=3)
    keys = real_keys(settings)
    async with engine.begin() as connection:
        await give_documents(connection, keys)
    async with a_bank(tmp_path) as bank, BankConnection(bank.access) as connected:
        rail, known_bank = PixAutomatico(connected), with_bank(settings, bank)
        assert known_bank.bank.account is not None
        code = await authorise(engine, rail, keys, agreement, TODAY)
        assert await authorise(engine, rail, keys, agreement, TODAY) == code
        second = await due_of(engine, agreement, 2)
        before = second - timedelta(days=5)
        account = known_bank.bank.account
        assert await charge_soon(engine, rail, account, before) == 0  # not approved yet
        async with listening(engine, known_bank, bank):
            assert pay(bank, code) == "Pix Automático autorizado."
            await bank.notices.settle()

            async def approved() -> bool:
                async with engine.connect() as connection:
                    state = await connection.scalar(select(RecurrenceRow.state))
                return state == "APROVADA"

            await eventually(approved)
            assert await charge_soon(engine, rail, account, before) == 1
            assert await charge_soon(engine, rail, account, before) == 0
            (txid,) = [t for kind, t in bank.books.charges if kind == "cobr"]
            bank.collect(txid)
            await bank.notices.settle()
        async with engine.connect() as connection:
            stands = await standing(connection, agreement)
        assert stands.state is State.ACTIVE
        third = await due_of(engine, agreement, 3)
        async with engine.begin() as connection:
            owed = await of_agreement(connection, agreement, TODAY)
            for part in owed:  # the others are paid by hand meanwhile
                await record_payment(
                    connection, amount=part.amount, paid_on=TODAY, means=Means.TRANSFER,
                    reference=f"T{part.number}", instalment_id=part.instalment,
                )  # fmt: skip
        soon = third - timedelta(days=5)
        assert await charge_soon(engine, rail, account, soon) == 0
        at_once = await agreed_today(engine, count=1)
        with pytest.raises(NothingToAuthorise):
            await authorise(engine, rail, keys, at_once, TODAY)


async def due_of(engine: AsyncEngine, agreement: UUID, number: int) -> date:
    async with engine.connect() as connection:
        query = text(
            "SELECT due_on FROM agreement_instalment"
            " WHERE agreement_id = :agreement AND number = :number"
        )
        found = await connection.execute(query, {"agreement": agreement, "number": number})
        due: date = found.scalar_one()
        return due
