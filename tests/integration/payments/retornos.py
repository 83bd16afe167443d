"""Retornos of slips that were issued, and who sends them in as the page does."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.store import CreditorRow
from cobranca.payments import boletos
from cobranca.payments.banking_store import BillingAccountRow
from cobranca.payments.cnab.remessa import LINE_END
from cobranca.payments.owing import next_of_agreement
from cobranca.payments.pix.txid import static_txid_of
from foundation.clock import SAO_PAULO
from foundation.settings import ProcessSettings
from sim.outside.bank.cnab_desk import Happened, retorno, titles_of
from tests.builders.payments import agreed_today, give_documents, real_keys
from tests.people import Browser
from tests.unit.payments.cnab_samples import ACCOUNTS, FIRST, remessa_of

TODAY = datetime.now(SAO_PAULO).date()
PATH = "/api/v1/bank-files"


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


async def a_slip(
    engine: AsyncEngine, settings: ProcessSettings, bank: str
) -> tuple[UUID, UUID, Decimal]:
    """An agreement, the slip of its first instalment there, and the slip's amount."""
    agreement = await agreed_today(engine, count=3)
    async with engine.begin() as connection:
        await give_documents(connection, real_keys(settings))
        creditor = (await connection.scalars(select(CreditorRow.id))).one()
        account = {
            "id": uuid4(), "creditor_id": creditor, "size": 400, "next_number": 41,
            "next_sequence": 1, "created_at": datetime.now(UTC), **asdict(ACCOUNTS[bank]),
        }  # fmt: skip
        await connection.execute(insert(BillingAccountRow), account)
        owing = await next_of_agreement(connection, agreement, TODAY)
        assert owing is not None
        charge = await boletos.issue(connection, owing, TODAY + timedelta(days=3))
    return agreement, charge, owing.amount


def happened(charge: UUID, amount: Decimal, bank: str = "341", **changed: Any) -> Happened:
    """A title as its bank has it, paid as it should be unless it says otherwise."""
    lines = remessa_of(bank, 400).lines([FIRST])
    (title,) = titles_of(LINE_END.join(lines).encode(), bank=bank, size=400)
    cents = int(amount * 100)
    title |= {"our_use": static_txid_of(charge), "amount": cents}
    return replace(Happened(title=title, occurrence="06", on=TODAY, paid=cents), **changed)


def a_retorno(bank: str, *of: Happened) -> bytes:
    """What the bank answers."""
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    return retorno(of, bank=bank, size=400, sequence=1, at=at)
