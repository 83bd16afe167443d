"""Pix Automático in the portal: offered where the bank does it, authorised once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.settings import ConsoleSettings
from cobranca.payments.store import RecurrenceRow
from foundation.settings import ProcessSettings
from sim.outside.bank.payer import pay
from sim.outside.bank.server import Bank
from tests.builders.visits import Visitor
from tests.integration.payments.at_the_bank import a_bank, with_bank

BUTTON = "Autorizar o Pix Automático"


@pytest_asyncio.fixture
async def bank(tmp_path: Path) -> AsyncIterator[Bank]:
    async with a_bank(tmp_path) as bank:
        yield bank


@pytest.fixture
def branch() -> str | None:
    """Of the account that gets the money."""
    return "1"


@pytest.fixture
def console_settings(
    console_settings: ConsoleSettings,
    settings: ProcessSettings,
    bank: Bank,
    branch: str | None,
) -> ConsoleSettings:
    section = with_bank(settings, bank).bank.model_copy(update={"branch": branch})
    return console_settings.model_copy(update={"bank": section})


async def _agreement(inside: Visitor, instalment: str) -> str:
    """Path of the agreement whose first instalment is paid on that page."""
    page = await inside.get(instalment)
    (path,) = re.findall(r'href="(/portal/acordos/[^"]+)"', page)
    return str(path)


async def test_the_rest_of_an_agreement_is_authorised_once(
    inside: Visitor, instalment: str, engine: AsyncEngine, bank: Bank
) -> None:
    agreement = await _agreement(inside, instalment)
    assert BUTTON in await inside.get(agreement)
    codes = set()
    for _ in range(2):
        page = await inside.post(f"{agreement}/automatico")
        assert inside.status == 200
        (code,) = re.findall(r"<textarea[^>]*>([^<]+)</textarea>", page)
        codes.add(code)
    assert len(codes) == 1
    assert pay(bank, codes.pop()) == "Pix Automático autorizado."
    async with engine.begin() as connection:  # as the bank's webhook tells
        await connection.execute(update(RecurrenceRow).values(state="APROVADA"))
        (state,) = (await connection.scalars(select(RecurrenceRow.state))).all()
    assert state == "APROVADA"
    page = await inside.get(agreement)
    assert "Pix Automático autorizado" in page
    assert BUTTON not in page


@pytest.mark.parametrize("branch", [None])
async def test_it_is_not_offered_without_the_account_that_gets_the_money(
    inside: Visitor, instalment: str
) -> None:
    agreement = await _agreement(inside, instalment)
    assert BUTTON not in await inside.get(agreement)
    await inside.post(f"{agreement}/automatico")
    assert inside.status == 409
