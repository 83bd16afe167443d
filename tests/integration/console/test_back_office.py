"""The back office: its page and its acts over the API."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.payments.store import ArrivalRow, PaymentWorkRow
from foundation.ids import uuid7
from tests.builders.agreements import POLICY, a_negotiable_debt
from tests.people import Browser

API = "/api/v1"


async def money_of_nobody(engine: AsyncEngine) -> UUID:
    """R$ 33 by Pix that named no charge."""
    arrival, question, now = uuid7(), uuid7(), datetime.now(UTC)
    async with engine.begin() as connection:
        row = {
            "id": arrival, "means": "pix", "reference": "E" + "9" * 31,
            "refunded": Decimal(0), "amount": Decimal(33), "entered": Decimal(0),
            "paid_on": date(2026, 11, 20),
            "heard_at": now,
        }  # fmt: skip
        await connection.execute(insert(ArrivalRow), row)
        asked = {
            "id": question, "arrival_id": arrival, "reason": "unknown",
            "rest": Decimal(33), "opened_at": now,
        }  # fmt: skip
        await connection.execute(insert(PaymentWorkRow), asked)
    return question


async def sent(browser: Browser, verb: str, path: str, body: object) -> tuple[int, Any]:
    answer = await browser.send(verb, f"{API}{path}", body, key=uuid4().hex)
    return answer.status, await answer.json()


async def test_unplaced_money_is_shown_and_placed_once(
    supervisor: Browser, engine: AsyncEngine
) -> None:
    debt = await a_negotiable_debt(engine)
    question = await money_of_nobody(engine)
    page = await (await supervisor.get("/back-office")).text()
    assert "Não é de cobrança nossa" in page
    assert "R$\xa033,00" in page or "R$ 33,00" in page
    assert "Loja" in page
    where = f"/payments/work/{question}/place"
    status, told = await sent(supervisor, "POST", where, {"debt": str(uuid4())})
    assert (status, told["code"]) == (409, "not_placed")
    status, told = await sent(supervisor, "POST", where, {"debt": str(debt)})
    assert (status, told["closing"], told["rest"]) == (200, "placed", "33.00")
    status, told = await sent(supervisor, "POST", where, {"debt": str(debt)})
    assert (status, told["code"]) == (404, "no_question")
    page = await (await supervisor.get("/back-office")).text()
    assert "Nada a conferir" in page


async def test_a_creditor_is_registered_put_right_and_told_of_payments(
    supervisor: Browser,
) -> None:
    new = {"name": "Credora Nova", "document": "11.222.333/0001-82", "address": "Rua 1"}
    status, told = await sent(supervisor, "POST", "/creditors", new)
    assert (status, told["code"]) == (422, "creditor_document")
    status, made = await sent(
        supervisor, "POST", "/creditors", new | {"document": "11.222.333/0001-81"}
    )
    assert (status, made["document"]) == (201, "11222333000181")
    status, told = await sent(
        supervisor, "POST", "/creditors", new | {"document": "11.222.333/0001-81"}
    )
    assert (status, told["code"]) == (409, "creditor_taken")
    where = f"/creditors/{made['id']}"
    status, _ = await sent(supervisor, "POST", f"{where}/portfolios", {"name": "Cartão"})
    assert status == 201
    share = {"share": "0.125", "since": "2026-01-01"}
    status, _ = await sent(supervisor, "POST", f"{where}/commission", share)
    assert status == 201
    period = "first=2026-11-01&last=2026-11-30"
    told = await (await supervisor.get(f"{API}{where}/statement?{period}")).json()
    assert (told["to_pass_on"], told["lines"]) == ("0.00", [])
    wrong = await supervisor.get(f"{API}{where}/statement?first=2026-11-30&last=2026-11-01")
    assert wrong.status == 422


async def test_a_policy_is_previewed_then_published_once(
    supervisor: Browser, engine: AsyncEngine
) -> None:
    await a_negotiable_debt(engine)
    draft = POLICY.model_dump(mode="json") | {"version": 2}
    status, told = await sent(supervisor, "POST", "/policies/preview", {"policy": draft})
    assert (status, told["sample"], told["lost"]) == (200, 1, 0)
    for expected in (201, 409):
        status, told = await sent(supervisor, "POST", "/policies", {"policy": draft})
        assert status == expected
    above = draft["conditions"][0] | {"discount": {"robot": "0.9", "agent": "0.1"}}
    wrong = draft | {"version": 3, "conditions": [above]}
    status, told = await sent(supervisor, "POST", "/policies/preview", {"policy": wrong})
    assert status == 422
