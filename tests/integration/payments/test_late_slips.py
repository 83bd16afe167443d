"""Slips paid late, by bar code or by their Pix: what the bank adds, and what it settles."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.agreements.publishing import publish
from cobranca.agreements.standing import Standing, standing
from cobranca.agreements.store import AgreementPaymentRow
from cobranca.debtors.address import read_address
from cobranca.debtors.store import CreditorRow
from cobranca.debts.facts import Discounted
from cobranca.debts.store import ContractRow
from cobranca.debts.terms import usual
from cobranca.payments import addresses, boletos
from cobranca.payments.api_pix.client import ApiPix
from cobranca.payments.api_pix.connection import BankConnection
from cobranca.payments.arrivals import heard_of_pix, retorno_heard
from cobranca.payments.banking_store import BillingAccountRow
from cobranca.payments.bolepix import add_pix
from cobranca.payments.cnab.retorno import read_retorno
from cobranca.payments.owing import next_of_agreement
from cobranca.payments.pix.brcode import read_code
from cobranca.payments.pix.key import parse_key
from cobranca.payments.pix.txid import txid_of
from cobranca.payments.remittances import send
from cobranca.payments.store import ChargeRow, PaymentWorkRow
from cobranca.payments.taking import take_in
from foundation.brasil.bank_days import bank_day_from
from foundation.clock import SAO_PAULO
from foundation.crypto import Keys
from foundation.settings import ProcessSettings
from sim.outside.bank import server
from sim.outside.bank.cnab_desk import Happened, retorno, titles_of
from tests.builders.agreements import POLICY
from tests.builders.payments import a_debt_of_today, agreed_today, give_documents, real_keys
from tests.integration.payments.at_the_bank import KEY, a_bank
from tests.unit.payments.cnab_samples import ACCOUNTS

TODAY = datetime.now(SAO_PAULO).date()
AGO = (TODAY - bank_day_from(TODAY - timedelta(days=37))).days  # when the first was due
DAYS = timedelta(days=1)
HOME = {
    "street": "Rua das Flores 100", "district": "Centro", "city": "São Paulo", "uf": "SP",
    "cep": "01310-100",
}  # fmt: skip
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Issued:
    """A slip of the first instalment, made when it was not late yet."""

    agreement: UUID
    account: UUID
    charge: UUID
    amount: Decimal
    due_on: date


@pytest_asyncio.fixture
async def bank(tmp_path: Path) -> AsyncIterator[server.Bank]:
    async with a_bank(tmp_path) as bank:
        yield bank


@pytest.fixture
def keys(settings: ProcessSettings) -> Keys:
    return real_keys(settings)


async def _issued(engine: AsyncEngine, keys: Keys, code: str, size: int) -> Issued:
    """Of a policy whose late instalments cost 2 % and 1 % a month."""
    await a_debt_of_today(engine)
    late = POLICY.model_copy(update={"version": 2, "late": usual()})
    async with engine.begin() as connection:
        await publish(connection, late, by="sonia", at=datetime.now(UTC))
    agreement = await agreed_today(engine, count=3, ago=AGO)
    on = TODAY - AGO * DAYS
    async with engine.begin() as connection:
        await give_documents(connection, keys)
        creditor = (await connection.scalars(select(CreditorRow.id))).one()
        account = {
            "id": uuid4(), "creditor_id": creditor, "size": size, "next_number": 41,
            "next_sequence": 1, "created_at": datetime.now(UTC), **asdict(ACCOUNTS[code]),
        }  # fmt: skip
        await connection.execute(insert(BillingAccountRow), account)
        for debtor in (await connection.scalars(select(ContractRow.debtor_id))).all():
            home = read_address(**HOME)
            await addresses.keep(connection, debtor, home, datetime.now(UTC))
        owing = await next_of_agreement(connection, agreement, on)
        assert owing is not None
        charge = await boletos.issue(connection, owing, on)
    return Issued(agreement, account["id"], charge, owing.amount, on)


async def _stands(engine: AsyncEngine, agreement: UUID) -> Standing:
    async with engine.connect() as connection:
        return await standing(connection, agreement)


async def _settled(engine: AsyncEngine, issued: Issued, came: Decimal) -> None:
    """The first instalment owes nothing, and the ledger says why, to the cent."""
    stands = await _stands(engine, issued.agreement)
    assert stands.paid == came
    assert stands.ledger.positions[0].total == 0
    (forgiven,) = (fact for fact in stands.facts if isinstance(fact, Discounted))
    assert 0 < forgiven.amount < AGO * CENT
    async with engine.connect() as connection:
        questions = list(await connection.execute(select(PaymentWorkRow.reason)))
        left = await next_of_agreement(connection, issued.agreement, TODAY)
        row = (await connection.execute(select(AgreementPaymentRow.forgiven))).one()
    assert questions == []
    assert row.forgiven == forgiven.amount
    assert left is not None
    assert left.number == 2


async def _told(
    engine: AsyncEngine, keys: Keys, account: UUID, bank: str, size: int
) -> list[Any]:
    async with engine.begin() as connection:
        sent = await send(connection, keys, account, by="sonia")
    return [] if sent is None else list(titles_of(sent.content, bank=bank, size=size))


@pytest.mark.parametrize(("bank", "size"), [("001", 240), ("341", 400)])
async def test_what_a_bank_takes_of_whoever_is_late_settles_the_instalment(
    engine: AsyncEngine, settings: ProcessSettings, keys: Keys, bank: str, size: int
) -> None:
    issued = await _issued(engine, keys, bank, size)
    (title,) = await _told(engine, keys, issued.account, bank, size)
    fine, interest = Decimal(title["fine_rate"]) / 100, Decimal(title["interest"]) / 100
    assert (fine, interest > 0) == (Decimal("2.00"), True)
    more = (issued.amount * fine / 100).quantize(CENT) + interest * (AGO - 2)
    paid_on = TODAY - 2 * DAYS
    happened = Happened(
        title=title, occurrence="06", on=paid_on, paid=int((issued.amount + more) * 100),
        interest=int(more * 100),
    )  # fmt: skip
    content = retorno([happened], bank=bank, size=size, sequence=1, at=datetime.now(UTC))
    for fresh in (True, False):
        taken = await take_in(
            engine, settings, retorno_heard(read_retorno(content, bank=bank))
        )
        assert [one.fresh for one in taken] == [fresh]
    await _settled(engine, issued, issued.amount + more)


async def test_a_slip_is_printed_with_what_its_bank_is_told(
    engine: AsyncEngine, keys: Keys, bank: server.Bank
) -> None:
    issued = await _issued(engine, keys, "341", 400)
    async with BankConnection(bank.access) as connection:
        api = ApiPix(connection)
        code = await add_pix(engine, api, parse_key(KEY), keys, issued.charge)
        assert await add_pix(engine, api, parse_key(KEY), keys, issued.charge) == code
    assert code is not None
    assert read_code(code).url is not None
    async with engine.connect() as connection:
        printed = await boletos.printed(connection, keys, issued.charge)
    assert printed is not None
    assert printed.pix == code
    since = issued.due_on + DAYS
    (said,) = printed.instructions
    assert said.startswith(f"A partir de {since:%d/%m/%Y}: multa de 2 % e juros de")


async def test_the_pix_of_a_slip_settles_it_and_its_title_is_cancelled(
    engine: AsyncEngine, settings: ProcessSettings, keys: Keys, bank: server.Bank
) -> None:
    issued = await _issued(engine, keys, "341", 400)
    (title,) = await _told(engine, keys, issued.account, "341", 400)
    assert title["movement"] == "01"
    assert await _told(engine, keys, issued.account, "341", 400) == []
    async with BankConnection(bank.access) as connection:
        api = ApiPix(connection)
        await add_pix(engine, api, parse_key(KEY), keys, issued.charge)
        end_to_end = bank.pay("cobv", txid_of(issued.charge))
        pix = await api.pix(end_to_end)
    assert pix.amount > issued.amount * Decimal("1.02")
    await take_in(engine, settings, [heard_of_pix(pix)])
    await _settled(engine, issued, pix.amount)
    (title,) = await _told(engine, keys, issued.account, "341", 400)
    assert title["movement"] == "02"
    assert await _told(engine, keys, issued.account, "341", 400) == []


async def test_a_newer_slip_takes_the_older_one_and_its_pix_back(
    engine: AsyncEngine, keys: Keys, bank: server.Bank
) -> None:
    issued = await _issued(engine, keys, "341", 400)
    await _told(engine, keys, issued.account, "341", 400)
    async with BankConnection(bank.access) as connection:
        api, key = ApiPix(connection), parse_key(KEY)
        await add_pix(engine, api, key, keys, issued.charge)
        async with engine.begin() as made:
            owing = await next_of_agreement(made, issued.agreement, TODAY)
            assert owing is not None
            newer = await boletos.issue(made, owing, TODAY + 3 * DAYS)
        await add_pix(engine, api, key, keys, newer)
        states = [
            (await api.charge("cobv", txid_of(name))).state
            for name in (issued.charge, newer)
        ]
    assert states == ["REMOVIDA_PELO_USUARIO_RECEBEDOR", "ATIVA"]
    titles = await _told(engine, keys, issued.account, "341", 400)
    assert [title["movement"] for title in titles] == ["02", "01"]
    async with engine.connect() as connection:
        rows = await connection.execute(
            select(ChargeRow.fine_percent, ChargeRow.interest_per_day).where(
                ChargeRow.id == newer
            )
        )
        fined, interest = rows.one()
    assert fined == 0  # it was late when this one was made: the fine is in the amount
    assert interest is not None
    assert interest > 0
