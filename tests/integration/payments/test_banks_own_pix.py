"""The Pix that a bank makes for a slip by itself: kept once, in steps, and told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.payments import file_taking
from cobranca.payments.cnab.layout import layout_of
from cobranca.payments.cnab.retorno import Answer, read_retorno
from cobranca.payments.pix.brcode import read_code
from cobranca.payments.returns import Noted, note
from cobranca.payments.store import ChargeRow
from foundation.cli import main
from foundation.settings import ProcessSettings
from tests.integration.payments.retornos import Sender, a_retorno, a_slip, happened
from tests.people import Browser
from tests.unit.payments.cnab_samples import ADDRESS, pix_record_4, with_line

BRADESCO, CONFIRMED = "237", {"occurrence": "02", "paid": 0}


@pytest.fixture
async def slip(engine: AsyncEngine, settings: ProcessSettings) -> tuple[UUID, Decimal]:
    """A slip at Bradesco and its amount."""
    _, charge, amount = await a_slip(engine, settings, BRADESCO)
    return charge, amount


async def _pix(engine: AsyncEngine, charge: UUID) -> str | None:
    async with engine.connect() as connection:
        query = select(ChargeRow.pix).where(ChargeRow.id == charge)
        code: str | None = await connection.scalar(query)
        return code


def _with_pix(charge: UUID, amount: Decimal) -> bytes:
    """Three titles confirmed: nobody's with a Pix, ours with a key, ours with a Pix."""
    stranger = happened(uuid4(), amount, BRADESCO, **CONFIRMED)
    number = dict(stranger.title) | {"title_number": "99999999"}
    ours = happened(charge, amount, BRADESCO, **CONFIRMED)
    content = a_retorno(BRADESCO, replace(stranger, title=number), ours, ours)
    layout = layout_of(BRADESCO, 400, "retorno")
    addresses = (ADDRESS, "loja@example.com", ADDRESS)
    answers = read_retorno(content, bank=BRADESCO).answers
    for place, address in reversed(list(enumerate(addresses))):
        line = pix_record_4(answers[place], address)
        content = with_line(content, layout, line, place + 2)
    return content


async def test_what_a_file_tells_of_pix_is_kept_step_by_step_and_the_rest_told_by_line(
    supervisor: Browser,
    engine: AsyncEngine,
    slip: tuple[UUID, Decimal],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sender = Sender(supervisor)
    monkeypatch.setattr(file_taking, "STEP", 1)
    status, file = await sender.send(_with_pix(*slip))
    assert status == 201, file
    assert (file["pix"], file["slips"]) == (2, 2)
    assert [(one["line"], one["code"]) for one in file["unread"]] == [(5, "pix_url")]
    first = await sender.take(file["id"])
    assert (first["slips_seen"], first["pix_new"], first["done_at"]) == (1, 0, None)
    assert await _pix(engine, slip[0]) is None
    whole = await sender.take(file["id"])
    assert (whole["slips_seen"], whole["pix_new"]) == (2, 1)
    assert whole["done_at"] is not None
    told = [(one["line"], one["code"], one["text"]) for one in whole["unread"]]
    assert told == [
        (2, "pix_no_slip", "Pix de um boleto que não é nosso ou já foi retirado"),
        (5, "pix_url", "endereço de cobrança Pix inválido"),
    ]
    code = await _pix(engine, slip[0])
    assert code is not None
    assert read_code(code).url == ADDRESS


async def test_the_command_tells_the_same(
    settings_env: dict[str, str],
    engine: AsyncEngine,
    slip: tuple[UUID, Decimal],
    tmp_path: Path,
) -> None:
    path = tmp_path / "retorno.ret"
    path.write_bytes(_with_pix(*slip))

    async def applied(*more: str) -> Result:
        arguments = ["retorno", "apply", str(path), "--bank", BRADESCO, *more]
        run = CliRunner(env=settings_env).invoke
        return await asyncio.to_thread(run, main, arguments)

    first = await applied()
    assert first.exit_code == 1, first.output  # a line was refused
    assert "2 com Pix do banco, 1 guardados no boleto" in first.output
    assert "linha 2 recusada: Pix de um boleto que não é nosso" in first.output
    assert "linha 5 recusada: endereço de cobrança Pix inválido" in first.output
    assert await _pix(engine, slip[0]) is not None
    again = json.loads((await applied("--json")).stdout)
    assert (again["pix"], again["pix_new"]) == (2, 0)
    assert [one["line"] for one in again["refused"]] == [2, 5]


def _answer(charge: UUID, amount: Decimal) -> Answer:
    content = a_retorno(BRADESCO, happened(charge, amount, BRADESCO, **CONFIRMED))
    (told,) = read_retorno(content, bank=BRADESCO).answers
    return told


async def test_a_slip_keeps_the_pix_that_it_has_and_only_its_own_banks(
    engine: AsyncEngine, slip: tuple[UUID, Decimal]
) -> None:
    told = _answer(*slip)
    made, other = replace(told, pix=ADDRESS), replace(told, pix=f"{ADDRESS}9")
    now, noted = datetime.now(UTC), list[Noted]()
    async with engine.begin() as connection:
        for bank, one in (("341", made), (BRADESCO, made), (BRADESCO, other)):
            noted.append(await note(connection, bank, [one], now))
    assert [len(one.pix) for one in noted] == [0, 1, 0]
    assert [len(one.left_out) for one in noted] == [1, 0, 0]
    code = await _pix(engine, slip[0])
    assert code is not None
    assert read_code(code).url == ADDRESS


@pytest.fixture
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """What is asked of the database."""
    asked: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", hear)
    yield asked
    event.remove(engine.sync_engine, "before_cursor_execute", hear)


async def test_two_hundred_slips_are_as_many_statements_as_one(
    engine: AsyncEngine, slip: tuple[UUID, Decimal], statements: list[str]
) -> None:
    one = replace(_answer(*slip), pix=ADDRESS)
    many = [replace(one, line=line, charge_id=uuid4()) for line in range(3, 202)]
    async with engine.begin() as connection:
        statements.clear()
        noted = await note(connection, BRADESCO, [one, *many], datetime.now(UTC))
        asked = len(statements)
    assert (len(noted.pix), len(noted.left_out), asked) == (1, 199, 2)
