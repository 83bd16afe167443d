"""Debts, offers and agreements over the API: what is sent twice is done once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from pypdfium2 import PdfDocument
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.agreements.receiving import record_payment
from cobranca.agreements.store import AgreementRow, OfferRow, PolicyRow
from cobranca.debtors.store import CreditorRow
from cobranca.debts.facts import Means
from cobranca.debts.ledger_store import DebtFactRow
from tests.builders.agreements import a_negotiable_debt
from tests.people import Browser

API = "/api/v1"


@pytest.fixture
async def debt(engine: AsyncEngine) -> UUID:
    return await a_negotiable_debt(engine)


async def sent(browser: Browser, path: str, body: object, key: str = "") -> tuple[int, Any]:
    answer = await browser.send("POST", f"{API}{path}", body, key=key or uuid4().hex)
    return answer.status, await answer.json()


async def count(engine: AsyncEngine, row: Any) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count(row))) or 0


async def test_a_balance_is_explained(supervisor: Browser, debt: UUID) -> None:
    answer = await supervisor.get(f"{API}/debts/{debt}/balance?on=2026-03-10")
    found = await answer.json()
    assert found["total"] == "104.13"
    assert [(line["account"], line["amount"]) for line in found["lines"]] == [
        ("interest", "2.13"),
        ("fine", "2.00"),
    ]
    assert "64 dias de 05/01/2026 a 10/03/2026" in found["lines"][0]["text"]
    assert "contrato, cláusula 7" in found["lines"][0]["text"]
    missing = await supervisor.get(f"{API}/debts/{uuid4()}/balance")
    assert (missing.status, (await missing.json())["code"]) == (404, "no_debt")


@pytest.mark.parametrize(
    ("asked", "authority", "discounted"),
    [
        ({}, "robot", False),  # nobody but a program speaks there
        ({"authority": "agent"}, "agent", True),
    ],
)
async def test_a_chat_offers_by_the_same_engine_with_its_own_authority(
    supervisor: Browser,
    debt: UUID,
    engine: AsyncEngine,
    asked: dict[str, str],
    authority: str,
    discounted: bool,
) -> None:
    wish = {"debts": [str(debt)], "channel": "chat", "wishes": {"instalments": 3}} | asked
    status, offered = await sent(supervisor, "/offers", wish)
    assert status == 201, offered
    (one,) = offered["offers"]
    assert (Decimal(one["discount"]) > 0) is discounted
    evidence = {"kind": "message", "message": "chat-1"}
    accept = {"offer": one["id"], "evidence": evidence}
    status, agreed = await sent(supervisor, "/agreements", accept)
    assert (status, agreed["state"]) == (201, "accepted")
    async with engine.connect() as connection:
        query = select(OfferRow.channel, OfferRow.authority, PolicyRow.version)
        (row,) = await connection.execute(
            query.join(PolicyRow, PolicyRow.id == OfferRow.policy_id)
        )
    assert tuple(row) == ("chat", authority, 1)


async def test_from_an_offer_to_an_agreement_each_once(
    supervisor: Browser, debt: UUID, engine: AsyncEngine
) -> None:
    wish = {"debts": [str(debt)], "wishes": {"instalments": 3}}
    for _ in range(2):
        status, offered = await sent(supervisor, "/offers", wish, "chave-da-oferta")
        assert status == 201
    assert await count(engine, OfferRow.id) == 1
    (one,) = offered["offers"]
    paid = [Decimal(part["amount"]) for part in one["payments"]]
    assert sum(paid) == Decimal(one["total"]) == Decimal(one["price"])
    assert one["text"].startswith("até 3 vezes: ")

    accept = {"offer": one["id"], "evidence": {"kind": "message", "message": "wamid.1"}}
    for _ in range(2):
        status, agreed = await sent(supervisor, "/agreements", accept, "chave-do-acordo")
        assert (status, agreed["state"]) == (201, "accepted")
    assert await count(engine, AgreementRow.id) == 1
    assert [part["open"] for part in agreed["instalments"]] == [str(part) for part in paid]
    shown = await supervisor.get(f"{API}/agreements/{agreed['id']}")
    assert await shown.json() == agreed
    due = await (await supervisor.get(f"{API}/agreements/due")).json()
    assert due["due"][0]["agreement"] == agreed["id"]
    status, refused = await sent(supervisor, "/offers", wish)
    assert (status, refused["code"]) == (409, "nothing_to_negotiate")


async def test_term_and_quittance_carry_the_creditor_as_the_law_asks(
    supervisor: Browser, debt: UUID, engine: AsyncEngine
) -> None:
    _, offered = await sent(supervisor, "/offers", {"debts": [str(debt)]})
    one = offered["offers"][0]
    evidence = {"kind": "click", "at": "2026-03-10T10:00:00-03:00", "address": "10.1.2.3"}
    _, agreed = await sent(
        supervisor, "/agreements", {"offer": one["id"], "evidence": evidence}
    )
    term = f"{API}/agreements/{agreed['id']}/term"
    assert (await supervisor.get(term)).status == 409  # who is the creditor?
    quittance = f"{API}/debts/{debt}/quittance"
    assert (await (await supervisor.get(quittance)).json())["code"] == "not_settled"
    async with engine.begin() as connection:
        await connection.execute(
            update(CreditorRow).values(document="11222333000181", address="Rua <Um>, 1")
        )
        for part in agreed["instalments"]:
            await record_payment(
                connection,
                instalment_id=UUID(part["id"]),
                amount=Decimal(part["amount"]),
                paid_on=date(2026, 3, 10),
                means=Means.PIX,
                reference=part["id"],
            )
    for path, says in ((term, "do endereço 10.1.2.3"), (quittance, "quitada")):
        page = await (await supervisor.get(path)).text()
        assert says in page
        assert "CPF/CNPJ 11.222.333/0001-81" in page
        assert "Rua &lt;Um&gt;, 1" in page
        made = await supervisor.get(f"{path}.pdf")
        assert (made.status, made.content_type) == (200, "application/pdf")
        drawn = PdfDocument(await made.read())
        assert drawn.is_tagged()  # read aloud in its order
        text = drawn[0].get_textpage().get_text_range()
        assert "Rua <Um>, 1" in text
        drawn.close()


async def test_a_payment_is_recorded_once_and_another_request_needs_another_key(
    supervisor: Browser, debt: UUID, engine: AsyncEngine
) -> None:
    body = {"amount": "10.00", "paid_on": "2026-03-10", "reference": "recibo 1"}
    path = f"/debts/{debt}/payments"
    for _ in range(2):
        assert (await sent(supervisor, path, body, "chave-do-pagamento"))[0] == 201
    status, again = await sent(supervisor, path, body)
    assert (status, again["again"]) == (201, True)
    assert await count(engine, DebtFactRow.id) == 2  # opened, paid
    other = body | {"amount": "11.00"}
    status, refused = await sent(supervisor, path, other, "chave-do-pagamento")
    assert (status, refused["code"]) == (409, "idempotency_key_reused")
    status, refused = await sent(supervisor, path, other)
    assert (status, refused["code"]) == (409, "other_payment")


async def test_what_was_refused_may_be_sent_again_with_its_key(
    supervisor: Browser, debt: UUID
) -> None:
    late = {"amount": "10.00", "paid_on": "2099-01-01", "reference": "recibo 1"}
    path = f"/debts/{debt}/payments"
    for _ in range(2):
        status, refused = await sent(supervisor, path, late, "chave-recusada")
        assert (status, refused["code"]) == (409, "payment_date")


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/offers", {"debts": []}, "invalid"),
        ("/offers", {"debts": [str(UUID(int=1))]}, "nothing_to_negotiate"),
        ("/offers", {"debts": [str(UUID(int=1))], "wishes": {"monthly": "-1"}}, "invalid"),
        ("/agreements", {"offer": str(UUID(int=1)), "evidence": {}}, "invalid"),
        (
            "/agreements",
            {"offer": str(UUID(int=1)), "evidence": {"kind": "message", "message": "x"}},
            "no_offer",
        ),
        (
            "/agreements",
            {
                "offer": str(UUID(int=1)),
                "evidence": {
                    "kind": "click",
                    "at": "2026-03-10T10:00:00",
                    "address": "::1",
                },
            },
            "evidence_time",
        ),
    ],
)
async def test_bad_requests_are_told_why(
    supervisor: Browser, path: str, body: object, code: str
) -> None:
    assert (await sent(supervisor, path, body))[1]["code"] == code


async def test_without_a_key_nothing_is_done(supervisor: Browser, debt: UUID) -> None:
    body = {"amount": "10.00", "paid_on": "2026-03-10", "reference": "recibo 1"}
    answer = await supervisor.send("POST", f"{API}/debts/{debt}/payments", body)
    assert (answer.status, (await answer.json())["code"]) == (400, "idempotency_key")


async def test_an_agent_sees_no_debt_but_his_calls(agent: Browser, debt: UUID) -> None:
    answer = await agent.get(f"{API}/debts/{debt}/balance")
    assert answer.status == 403
