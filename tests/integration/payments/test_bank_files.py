"""Files of the bank sent in through the console: looked over, taken in once, never half."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.agreements.standing import standing
from cobranca.debtors.store import CreditorRow
from cobranca.payments import boletos, file_taking
from cobranca.payments.banking_store import BankFileRow, BillingAccountRow
from cobranca.payments.cnab.remessa import LINE_END
from cobranca.payments.cnab.retorno import read_retorno
from cobranca.payments.owing import next_of_agreement
from cobranca.payments.pix.brcode import read_code
from cobranca.payments.pix.txid import static_txid_of
from cobranca.payments.returns import keep_pix
from cobranca.payments.store import ArrivalRow, ChargeRow
from foundation.brasil.document import parse_document
from foundation.clock import SAO_PAULO
from foundation.settings import ProcessSettings
from sim.outside.bank.cnab_desk import Happened, retorno, titles_of
from sim.outside.bank.transfers import AccountBook
from tests.builders.payments import agreed_today, give_documents, real_keys
from tests.people import Browser
from tests.unit.payments.cnab_samples import ACCOUNTS, FIRST, remessa_of

TODAY = datetime.now(SAO_PAULO).date()
PATH = "/api/v1/bank-files"
PAYER = parse_document("529.982.247-25")


class Sender:
    """Sends files as the page does."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    async def send(self, content: bytes, name: str = "retorno.ret") -> tuple[int, Any]:
        answer = await self._browser.client.post(
            f"{PATH}?name={name}",
            data=content,
            headers={"X-CSRF-Token": self._browser.csrf},
        )
        return answer.status, await answer.json()

    async def take(self, name: str) -> dict[str, Any]:
        answer = await self._browser.send("POST", f"{PATH}/{name}/take")
        assert answer.status == 200, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found

    async def work(self) -> list[str]:
        answer = await self._browser.get("/api/v1/payments/work")
        return sorted(one["reason"] for one in (await answer.json())["questions"])


@pytest.fixture
def sender(supervisor: Browser) -> Sender:
    return Sender(supervisor)


@pytest.fixture
async def slip(
    engine: AsyncEngine, settings: ProcessSettings
) -> tuple[UUID, UUID, Decimal]:
    """An agreement, the slip of its first instalment at Itaú, and the slip's amount."""
    agreement = await agreed_today(engine, count=3)
    async with engine.begin() as connection:
        await give_documents(connection, real_keys(settings))
        creditor = (await connection.scalars(select(CreditorRow.id))).one()
        account = {
            "id": uuid4(), "creditor_id": creditor, "size": 400, "next_number": 41,
            "next_sequence": 1, "created_at": datetime.now(UTC), **asdict(ACCOUNTS["341"]),
        }  # fmt: skip
        await connection.execute(insert(BillingAccountRow), account)
        owing = await next_of_agreement(connection, agreement, TODAY)
        assert owing is not None
        charge = await boletos.issue(connection, owing, TODAY + timedelta(days=3))
    return agreement, charge, owing.amount


def _happened(charge: UUID, amount: Decimal, **changed: Any) -> Happened:
    """A title as its bank has it, paid as it should be unless it says otherwise."""
    lines = remessa_of("341", 400).lines([FIRST])
    (title,) = titles_of(LINE_END.join(lines).encode(), bank="341", size=400)
    cents = int(amount * 100)
    title |= {"our_use": static_txid_of(charge), "amount": cents}
    return replace(Happened(title=title, occurrence="06", on=TODAY, paid=cents), **changed)


def _file(*happened: Happened) -> bytes:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    return retorno(happened, bank="341", size=400, sequence=1, at=at)


async def _arrivals(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return len(list(await connection.execute(select(ArrivalRow.id))))


async def test_a_retorno_is_looked_over_and_then_taken_in_once(
    sender: Sender, engine: AsyncEngine, slip: tuple[UUID, UUID, Decimal]
) -> None:
    agreement, charge, amount = slip
    unknown = _happened(uuid4(), Decimal("12.34"))
    number = dict(unknown.title) | {"title_number": "99999999"}
    content = _file(_happened(charge, amount), replace(unknown, title=number))
    status, file = await sender.send(content)
    assert status == 201, file
    assert (file["payments"], file["known"], file["taken"]) == (2, 0, 0)
    assert Decimal(file["total"]) == amount + Decimal("12.34")
    assert file["occurrences"] == [{"code": "paid", "text": "pagos", "count": 2}]
    assert await _arrivals(engine) == 0  # looked over only

    done = await sender.take(file["id"])
    assert (done["new"], done["taken"], done["done_by"]) == (2, 2, "sonia")
    assert Decimal(done["entered"]) == amount
    assert [one["code"] for one in done["to_look_at"]] == ["unknown"]
    assert await sender.work() == ["unknown"]
    async with engine.connect() as connection:
        assert (await standing(connection, agreement)).paid == amount
        row = (await connection.execute(select(BankFileRow.content))).one()
    assert row.content is None

    again, same = await sender.send(content, "outro-nome.ret")
    assert (again, same["id"], same["again"]) == (201, file["id"], True)
    assert (await sender.take(file["id"]))["new"] == 2
    # another file that tells the same payments: known, and nothing new
    _, other = await sender.send(_file(_happened(charge, amount)))
    assert (other["again"], other["known"]) == (False, 1)
    assert (await sender.take(other["id"]))["new"] == 0
    assert await _arrivals(engine) == 2


async def test_what_was_cut_off_is_gone_on_with(
    sender: Sender,
    engine: AsyncEngine,
    slip: tuple[UUID, UUID, Decimal],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, charge, amount = slip
    monkeypatch.setattr(file_taking, "STEP", 1)
    unknown = _happened(uuid4(), Decimal("12.34"))
    number = dict(unknown.title) | {"title_number": "99999999"}
    content = _file(_happened(charge, amount), replace(unknown, title=number))
    _, file = await sender.send(content)
    part = await sender.take(file["id"])
    assert (part["taken"], part["done_at"]) == (1, None)
    _, same = await sender.send(content)
    assert (same["id"], same["taken"]) == (file["id"], 1)
    whole = await sender.take(file["id"])
    assert (whole["taken"], whole["new"], whole["done_at"] is None) == (2, 2, False)


async def test_what_the_bank_refused_and_what_cannot_be_read_is_told(
    sender: Sender, engine: AsyncEngine, slip: tuple[UUID, UUID, Decimal]
) -> None:
    _, charge, amount = slip
    refused = _happened(charge, amount, occurrence="03", paid=0, motives="08")
    lines = _file(refused, _happened(uuid4(), Decimal("1.00"))).split(b"\r\n")
    lines[2] = lines[2][:152] + b"x" * 13 + lines[2][165:]  # the amount
    status, file = await sender.send(b"\r\n".join(lines))
    assert status == 201, file
    assert [one["line"] for one in file["unread"]] == [3]
    assert [one["motives"] for one in file["refused"]] == [["08"]]
    assert (await sender.take(file["id"]))["done_at"] is not None
    async with engine.connect() as connection:
        query = select(ChargeRow.removed_at).where(ChargeRow.id == charge)
        assert await connection.scalar(query) is not None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "CNAB"),
        (b"nome;valor\r\nana;10,00\r\n", "CNAB"),
        (b"<OFX><BANKTRANLIST>", "cortado"),
        (b"0" * 400, "banco 000"),
    ],
)
async def test_what_is_no_file_of_our_banks_is_refused_and_leaves_nothing(
    sender: Sender, engine: AsyncEngine, content: bytes, said: str
) -> None:
    status, told = await sender.send(content)
    assert (status, told["code"]) == (422, "bank_file_refused")
    assert said in told["title"]
    async with engine.connect() as connection:
        assert list(await connection.execute(select(BankFileRow.id))) == []


async def test_a_cut_retorno_and_one_of_another_bank_are_refused(
    sender: Sender, slip: tuple[UUID, UUID, Decimal]
) -> None:
    content = _file(_happened(slip[1], slip[2]))
    for wrong in (content[:-450], content.replace(b"341", b"001", 1)):
        status, told = await sender.send(wrong)
        assert (status, told["code"]) == (422, "bank_file_refused")


async def test_a_statement_is_taken_in_by_the_same_door(
    sender: Sender, engine: AsyncEngine
) -> None:
    book = AccountBook()
    book.transfer(Decimal("45.67"), TODAY, PAYER, "Fulana de Tal")
    status, file = await sender.send(book.statement(TODAY, []), "extrato.ofx")
    assert (status, file["kind"], file["payments"]) == (201, "statement", 1), file
    done = await sender.take(file["id"])
    assert (done["new"], await sender.work()) == (1, ["unknown"])
    assert await _arrivals(engine) == 1


async def test_a_pix_that_the_bank_made_is_kept_on_its_slip_once(
    engine: AsyncEngine, slip: tuple[UUID, UUID, Decimal]
) -> None:
    _, charge, amount = slip
    content = _file(_happened(charge, amount, occurrence="02", paid=0))
    (told,) = read_retorno(content, bank="341").answers
    made = replace(told, pix="qr.example.com/v2/cobv/1")
    key = replace(told, pix="loja@example.com")
    async with engine.begin() as connection:
        kept = [
            await keep_pix(connection, bank, [one])
            for bank, one in (("341", key), ("001", made), ("341", made), ("341", made))
        ]
        query = select(ChargeRow.pix, ChargeRow.how).where(ChargeRow.id == charge)
        code, how = (await connection.execute(query)).one()
    assert (kept, how) == ([0, 0, 1, 0], None)
    assert code is not None
    assert read_code(code).url == "qr.example.com/v2/cobv/1"
