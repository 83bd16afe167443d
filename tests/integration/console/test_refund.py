"""What is left of a Pix goes back by the bank: once, and only when the bank did it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.settings import ConsoleSettings
from cobranca.payments.store import ArrivalRow, PaymentWorkRow
from foundation.ids import uuid7
from foundation.settings import ProcessSettings
from sim.outside.bank.server import Bank
from tests.integration.payments.at_the_bank import a_bank, with_bank
from tests.people import Browser

REST = Decimal("33.00")


@pytest_asyncio.fixture
async def bank(tmp_path: Path) -> AsyncIterator[Bank]:
    async with a_bank(tmp_path) as bank:
        yield bank


@pytest.fixture
def console_settings(
    console_settings: ConsoleSettings, settings: ProcessSettings, bank: Bank
) -> ConsoleSettings:
    section = with_bank(settings, bank).bank
    return console_settings.model_copy(update={"bank": section})


async def _question(engine: AsyncEngine, reference: str, means: str = "pix") -> UUID:
    """R$ 33 that belong to nobody we know."""
    arrival, question, now = uuid7(), uuid7(), datetime.now(UTC)
    async with engine.begin() as connection:
        row = {
            "id": arrival, "means": means, "reference": reference,
            "refunded": Decimal(0), "amount": REST, "entered": Decimal(0),
            "paid_on": date(2026, 11, 20), "heard_at": now,
        }  # fmt: skip
        await connection.execute(insert(ArrivalRow), row)
        asked = {
            "id": question, "arrival_id": arrival, "reason": "unknown", "rest": REST,
            "opened_at": now,
        }  # fmt: skip
        await connection.execute(insert(PaymentWorkRow), asked)
    return question


async def _refunded(browser: Browser, question: UUID, key: str) -> tuple[int, Any]:
    path = f"/api/v1/payments/work/{question}/refund"
    answer = await browser.send("POST", path, key=key)
    return answer.status, await answer.json()


async def _closing(engine: AsyncEngine, question: UUID) -> str | None:
    query = select(PaymentWorkRow.closing).where(PaymentWorkRow.id == question)
    async with engine.connect() as connection:
        closing: str | None = await connection.scalar(query)
        return closing


async def test_the_bank_gives_it_back_once_however_often_it_is_asked(
    supervisor: Browser, engine: AsyncEngine, bank: Bank
) -> None:
    pix = bank.pay_key(REST)
    question, key = await _question(engine, pix), uuid4().hex
    for _ in range(2):
        status, told = await _refunded(supervisor, question, key)
        assert (status, told.get("closing"), told.get("rest")) == (200, "refunded", "33.00")
    given = bank.books.received[pix]["devolucoes"]
    assert [one["valor"] for one in given] == ["33.00"]
    status, told = await _refunded(supervisor, question, uuid4().hex)
    assert (status, told["code"]) == (404, "no_question")
    assert await _closing(engine, question) == "refunded"


async def test_what_the_bank_refuses_stays_open(
    supervisor: Browser, engine: AsyncEngine
) -> None:
    question = await _question(engine, "E" + "0" * 31)  # no Pix of this bank
    status, told = await _refunded(supervisor, question, uuid4().hex)
    assert (status, told["code"]) == (503, "bank_away")
    assert await _closing(engine, question) is None


async def test_only_a_pix_goes_back_by_the_bank(
    supervisor: Browser, engine: AsyncEngine
) -> None:
    question = await _question(engine, "TED 1", means="transfer")
    status, told = await _refunded(supervisor, question, uuid4().hex)
    assert (status, told["code"]) == (409, "nothing_left")
    assert await _closing(engine, question) is None
