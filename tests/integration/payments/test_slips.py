"""A slip from the address to the ledger: issued, printed, registered, paid by a retorno."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.agreements.life import State
from cobranca.agreements.standing import standing
from cobranca.debtors.store import CreditorRow
from cobranca.debts.store import ContractRow, DebtRow
from cobranca.payments.arrivals import retorno_heard
from cobranca.payments.banking_store import BillingAccountRow
from cobranca.payments.boleto.bar_code import Slip, bar_code
from cobranca.payments.boleto.reading import read_slip
from cobranca.payments.cnab.retorno import read_retorno
from cobranca.payments.owing import next_of_agreement
from cobranca.payments.receiving import Taken
from cobranca.payments.returns import note
from cobranca.payments.store import ChargeRow, PaymentWorkRow
from cobranca.payments.taking import take_in
from foundation.clock import SAO_PAULO
from foundation.settings import ProcessSettings
from sim.outside.bank.cnab_desk import Happened, retorno, titles_of
from tests.builders.payments import agreed_today, give_documents, real_keys
from tests.people import Browser
from tests.unit.payments.cnab_samples import ACCOUNTS

TODAY = datetime.now(SAO_PAULO).date()
DUE = TODAY + timedelta(days=3)
FILES = [
    ("001", 240), ("001", 400), ("033", 240), ("033", 400), ("104", 240), ("237", 400),
    ("341", 400),
]  # fmt: skip
HOME = {
    "street": "Rua das Flores 100", "district": "Centro", "city": "São Paulo", "uf": "SP",
    "cep": "01310-100",
}  # fmt: skip


async def _sent(browser: Browser, path: str, body: object) -> tuple[int, Any]:
    answer = await browser.send("POST", f"/api/v1{path}", body, key=uuid4().hex)
    return answer.status, await answer.json()


async def _account(engine: AsyncEngine, bank: str, size: int) -> UUID:
    """A billing account of the only creditor's."""
    name = uuid4()
    async with engine.begin() as connection:
        creditor = (await connection.scalars(select(CreditorRow.id))).one()
        values = {
            "id": name, "creditor_id": creditor, "size": size, "next_number": 41,
            "next_sequence": 1, "created_at": datetime.now(UTC), **asdict(ACCOUNTS[bank]),
        }  # fmt: skip
        await connection.execute(insert(BillingAccountRow), values)
    return name


async def _agreed(engine: AsyncEngine, settings: ProcessSettings) -> tuple[UUID, UUID]:
    """An agreement of three, and its first instalment; the debtor's document opens."""
    agreement = await agreed_today(engine, count=3)
    async with engine.begin() as connection:
        await give_documents(connection, real_keys(settings))
        owing = await next_of_agreement(connection, agreement, TODAY)
    assert owing is not None
    assert owing.instalment is not None
    return agreement, owing.instalment


async def _debtor(engine: AsyncEngine) -> UUID:
    """Whose the only charge is."""
    query = (
        select(ContractRow.debtor_id)
        .join(DebtRow, DebtRow.contract_id == ContractRow.id)
        .join(ChargeRow, ChargeRow.debt_id == DebtRow.id)
    )
    async with engine.connect() as connection:
        name: UUID = (await connection.scalars(query)).one()
        return name


async def _apply(
    engine: AsyncEngine, settings: ProcessSettings, content: bytes, bank: str
) -> list[Taken]:
    return await take_in(engine, settings, retorno_heard(read_retorno(content, bank=bank)))


@pytest.mark.parametrize(("bank", "size"), FILES)
async def test_a_slip_goes_from_the_address_to_the_ledger(
    supervisor: Browser,
    engine: AsyncEngine,
    settings: ProcessSettings,
    bank: str,
    size: int,
) -> None:
    agreement, instalment = await _agreed(engine, settings)
    account = await _account(engine, bank, size)
    path, body = f"/instalments/{instalment}/slip", {"due_on": DUE.isoformat()}
    status, slip = await _sent(supervisor, path, body)
    assert (status, slip["address"]) == (201, False)
    assert (await _sent(supervisor, path, body))[1]["id"] == slip["id"]
    read = read_slip(slip["line"], near=TODAY)
    assert isinstance(read, Slip)
    assert read.amount is not None
    assert (read.bank, read.due_on, read.amount) == (bank, DUE, Decimal(slip["amount"]))
    await _printed(supervisor, slip["id"], bar_code(read))

    remittance = {"account": str(account)}
    status, told = await _sent(supervisor, "/remittances", remittance)
    assert (status, told["code"]) == (409, "nothing_to_remit")  # no bank takes it so
    await _lives(supervisor, engine)
    status, told = await _sent(supervisor, "/remittances", remittance)
    assert (status, told["titles"], told["rejected"]) == (201, 1, [])
    file = await supervisor.get(f"/api/v1/remittances/{told['id']}/file")
    (title,) = titles_of(await file.read(), bank=bank, size=size)
    assert title["amount"] == int(read.amount * 100)

    happened = Happened(title=title, occurrence="06", on=TODAY, paid=title["amount"])
    content = retorno([happened], bank=bank, size=size, sequence=1, at=datetime.now(UTC))
    first = await _apply(engine, settings, content, bank)
    again = await _apply(engine, settings, content, bank)
    assert ([one.fresh for one in first], [one.fresh for one in again]) == ([True], [False])
    async with engine.connect() as connection:
        stands = await standing(connection, agreement)
        open_questions = list(await connection.execute(select(PaymentWorkRow.reason)))
    assert (stands.state, stands.paid) == (State.ACTIVE, read.amount)
    assert open_questions == []
    status, told = await _sent(supervisor, path, body)
    assert (status, told["code"]) == (409, "nothing_owed")


async def _printed(supervisor: Browser, slip: str, code: str) -> None:
    """A scanner reads the bar code of the PDF."""
    answer = await supervisor.get(f"/api/v1/slips/{slip}.pdf")
    assert answer.status == 200, await answer.text()
    document = pypdfium2.PdfDocument(io.BytesIO(await answer.read()))
    picture = document[0].render(scale=300 / 72).to_pil()
    assert code in {found.text for found in zxingcpp.read_barcodes(picture)}
    document.close()


async def _lives(supervisor: Browser, engine: AsyncEngine) -> None:
    """Say where the debtor lives; what cannot serve is refused with its reason."""
    path = f"/api/v1/debtors/{await _debtor(engine)}/address"
    assert (await supervisor.get(path)).status == 404
    wrong: list[Mapping[str, str]] = [
        HOME | {"cep": "1310-100"}, HOME | {"city": " "}, HOME | {"uf": "XX"},
        HOME | {"cep": "00000-000"},
    ]  # fmt: skip
    for told in wrong:
        answer = await supervisor.send("PUT", path, told)
        assert (answer.status, (await answer.json())["code"]) == (422, "address_unusable")
    answer = await supervisor.send("PUT", path, HOME)
    assert answer.status == 200, await answer.text()
    kept = await (await supervisor.get(path)).json()
    assert (kept["cep"], kept["city"]) == ("01310100", "São Paulo")


async def test_what_the_bank_rejects_moves_no_money_and_can_be_issued_anew(
    supervisor: Browser, engine: AsyncEngine, settings: ProcessSettings
) -> None:
    _, instalment = await _agreed(engine, settings)
    account = await _account(engine, "341", 400)
    path, body = f"/instalments/{instalment}/slip", {"due_on": DUE.isoformat()}
    status, slip = await _sent(supervisor, path, body)
    assert status == 201
    await _lives(supervisor, engine)
    _, made = await _sent(supervisor, "/remittances", {"account": str(account)})
    file = await supervisor.get(f"/api/v1/remittances/{made['id']}/file")
    (title,) = titles_of(await file.read(), bank="341", size=400)
    refused = Happened(title=title, occurrence="03", on=TODAY, motives="08")
    content = retorno([refused], bank="341", size=400, sequence=1, at=datetime.now(UTC))
    assert await _apply(engine, settings, content, "341") == []
    told = read_retorno(content, bank="341")
    async with engine.begin() as connection:
        for expected in (1, 0):
            done = await note(connection, "341", told.answers, datetime.now(UTC))
            assert len(done.rejected) == expected
    status, other = await _sent(supervisor, path, body)
    assert (status, other["id"] == slip["id"]) == (201, False)
    status, made = await _sent(supervisor, "/remittances", {"account": str(account)})
    assert (status, made["titles"]) == (201, 1)
    late = {"due_on": (TODAY - timedelta(days=1)).isoformat()}
    assert (await _sent(supervisor, path, late))[1]["code"] == "slip_due"
    status, none = await _sent(supervisor, f"/instalments/{uuid4()}/slip", body)
    assert (status, none["code"]) == (404, "no_instalment")


async def test_without_an_account_or_a_creditors_address_no_slip_is_made(
    supervisor: Browser, engine: AsyncEngine, settings: ProcessSettings
) -> None:
    _, instalment = await _agreed(engine, settings)
    path, body = f"/instalments/{instalment}/slip", {"due_on": DUE.isoformat()}
    status, told = await _sent(supervisor, path, body)
    assert (status, told["code"]) == (409, "no_slip")
    assert "conta de cobrança" in told["title"]
    assert (await supervisor.get(f"/api/v1/slips/{uuid4()}.pdf")).status == 404
