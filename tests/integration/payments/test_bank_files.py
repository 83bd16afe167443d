"""Files of the bank sent in through the console: looked over, taken in once, never half."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.agreements.standing import standing
from cobranca.payments import file_taking
from cobranca.payments.banking_store import BankFileLineRow, BankFileRow
from cobranca.payments.store import ArrivalRow, ChargeRow
from foundation.brasil.document import parse_document
from foundation.settings import ProcessSettings
from sim.outside.bank.cnab_desk import Happened
from sim.outside.bank.transfers import AccountBook
from tests.builders.payments import real_keys
from tests.integration.payments.retornos import TODAY, Sender, a_retorno, a_slip, happened
from tests.people import Browser

PAYER = parse_document("529.982.247-25")


@pytest.fixture
def sender(supervisor: Browser) -> Sender:
    return Sender(supervisor)


@pytest.fixture
async def slip(
    engine: AsyncEngine, settings: ProcessSettings
) -> tuple[UUID, UUID, Decimal]:
    """An agreement, the slip of its first instalment at Itaú, and the slip's amount."""
    return await a_slip(engine, settings, "341")


def _file(*of: Happened) -> bytes:
    return a_retorno("341", *of)


async def _arrivals(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return len(list(await connection.execute(select(ArrivalRow.id))))


async def _kept(engine: AsyncEngine) -> tuple[bool, int]:
    """Whether the file's content is kept, and how many of its lines are."""
    async with engine.connect() as connection:
        content = (await connection.scalars(select(BankFileRow.content))).one()
        lines = await connection.scalars(select(BankFileLineRow.place))
        return content is not None, len(lines.all())


async def test_a_retorno_is_looked_over_and_then_taken_in_once(
    sender: Sender, engine: AsyncEngine, slip: tuple[UUID, UUID, Decimal]
) -> None:
    agreement, charge, amount = slip
    unknown = happened(uuid4(), Decimal("12.34"))
    number = dict(unknown.title) | {"title_number": "99999999"}
    content = _file(happened(charge, amount), replace(unknown, title=number))
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
    _, other = await sender.send(_file(happened(charge, amount)))
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
    unknown = happened(uuid4(), Decimal("12.34"))
    number = dict(unknown.title) | {"title_number": "99999999"}
    content = _file(happened(charge, amount), replace(unknown, title=number))
    _, file = await sender.send(content)
    part = await sender.take(file["id"])
    assert (part["taken"], part["done_at"]) == (1, None)
    assert await _kept(engine) == (False, 2)  # its lines; the file is read no more
    _, same = await sender.send(content)
    assert (same["id"], same["taken"]) == (file["id"], 1)
    whole = await sender.take(file["id"])
    assert (whole["taken"], whole["new"], whole["done_at"] is None) == (2, 2, False)
    assert await _kept(engine) == (False, 0)


async def test_a_step_that_was_cut_off_is_done_again_and_enters_nothing_twice(
    sender: Sender,
    engine: AsyncEngine,
    settings: ProcessSettings,
    slip: tuple[UUID, UUID, Decimal],
) -> None:
    agreement, charge, amount = slip
    _, file = await sender.send(_file(happened(charge, amount)))
    async with engine.connect() as connection:  # its payment stands, it itself does not
        await file_taking.step(
            connection, engine, settings, real_keys(settings), UUID(file["id"]), "sonia"
        )
        await connection.rollback()
    assert (await _arrivals(engine), await _kept(engine)) == (1, (True, 0))
    done = await sender.take(file["id"])
    assert (done["taken"], done["done_at"] is None) == (1, False)
    assert (await _arrivals(engine), await _kept(engine)) == (1, (False, 0))
    async with engine.connect() as connection:
        assert (await standing(connection, agreement)).paid == amount


async def test_what_the_bank_refused_and_what_cannot_be_read_is_told(
    sender: Sender, engine: AsyncEngine, slip: tuple[UUID, UUID, Decimal]
) -> None:
    _, charge, amount = slip
    refused = happened(charge, amount, occurrence="03", paid=0, motives="08")
    lines = _file(refused, happened(uuid4(), Decimal("1.00"))).split(b"\r\n")
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
    content = _file(happened(slip[1], slip[2]))
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
