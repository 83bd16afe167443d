"""A creditor's book over the API: contracts, portfolios, billing accounts, removals."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.texts import TEXTS
from cobranca.debtors.store import DebtorRow
from cobranca.debts.closed import Closed
from cobranca.debts.store import ContractRow, InstalmentRow
from cobranca.payments.store import ChargeRow
from cobranca.people.store import AuditRow
from foundation.settings import ProcessSettings
from tests.builders.payments import a_debt_of_today
from tests.people import Browser

CREDITORS = "/api/v1/creditors"
LOJA = {"name": "Loja Nova", "document": "11.222.333/0001-81", "address": "Rua Um, 1"}
ACCOUNT = {
    "bank": "341", "size": 400, "branch": "810", "account": "53678", "account_digit": "9",
    "carteira": "109",
}  # fmt: skip
PARTS = [
    {"amount": "100.00", "due_on": "2026-01-05"},
    {"amount": "50.10", "due_on": "2026-02-05"},
]  # fmt: skip


class Book:
    """One creditor with one portfolio, as the page keeps it."""

    def __init__(self, browser: Browser, creditor: str, portfolio: str) -> None:
        self._browser = browser
        self.creditor = f"{CREDITORS}/{creditor}"
        self.portfolio = portfolio

    async def ask(
        self, verb: str, path: str, body: object = None
    ) -> tuple[int, dict[str, Any]]:
        answer = await self._browser.send(verb, path, body, key=uuid4().hex)
        told = {} if answer.status == 204 else await answer.json()
        return answer.status, told

    async def contract(self, **changed: Any) -> tuple[int, dict[str, Any]]:
        body = {
            "portfolio": self.portfolio, "number": "C-1", "product": "Cartão",
            "document": "529.982.247-25", "name": "José da Silva", "instalments": PARTS,
        }  # fmt: skip
        return await self.ask("POST", f"{self.creditor}/contracts", body | changed)


@pytest.fixture
async def book(supervisor: Browser) -> Book:
    made = await supervisor.send("POST", CREDITORS, LOJA, key=uuid4().hex)
    creditor = (await made.json())["id"]
    path = f"{CREDITORS}/{creditor}/portfolios"
    opened = await supervisor.send("POST", path, {"name": "Varejo"}, key=uuid4().hex)
    return Book(supervisor, creditor, (await opened.json())["id"])


async def test_a_contract_is_made_moved_and_removed(
    book: Book, engine: AsyncEngine
) -> None:
    status, made = await book.contract()
    assert status == 201, made
    assert (await book.contract())[1]["code"] == "contract_taken"
    status, told = await book.ask("DELETE", f"/api/v1/portfolios/{book.portfolio}")
    assert (status, told["code"]) == (409, "portfolio_in_use")
    _, other = await book.ask("POST", f"{book.creditor}/portfolios", {"name": "Outra"})
    path = f"/api/v1/contracts/{made['id']}"
    status, _ = await book.ask("PUT", path, {"portfolio": other["id"], "product": "Loja"})
    assert status == 200
    assert (await book.ask("DELETE", f"/api/v1/portfolios/{book.portfolio}"))[0] == 204
    _, found = await book.ask("GET", f"{book.creditor}/contracts?number=C")
    (one,) = found["contracts"]
    assert (one["portfolio"], one["product"], one["status"]) == ("Outra", "Loja", "open")
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.sum(InstalmentRow.amount))) is not None
        assert len(list(await connection.execute(select(DebtorRow.id)))) == 1
    assert (await book.ask("DELETE", path))[0] == 204
    assert (await book.ask("DELETE", path))[1]["code"] == "no_contract"


async def test_what_cannot_be_a_contract_is_refused_and_leaves_nothing(
    book: Book, engine: AsyncEngine
) -> None:
    wrong: list[dict[str, Any]] = [
        {"document": "111.111.111-11"}, {"portfolio": str(uuid4())}, {"instalments": []},
        {"instalments": [{"amount": "-1.00", "due_on": "2026-01-05"}]},
        {"instalments": [{"amount": "1.00", "due_on": "1900-01-05"}]},
    ]  # fmt: skip
    for changed in wrong:
        status, told = await book.contract(**changed)
        assert status in (404, 422), told
    async with engine.connect() as connection:
        assert list(await connection.execute(select(DebtorRow.id))) == []


async def test_a_contract_with_a_payment_stays(
    supervisor: Browser, engine: AsyncEngine, settings: ProcessSettings
) -> None:
    debt = await a_debt_of_today(engine)
    form = {
        "amount": "10.00", "paid_on": "2026-03-10", "means": "pix", "reference": "E1"
    }  # fmt: skip
    paid = await supervisor.send(
        "POST", f"/api/v1/debts/{debt}/payments", form, key=uuid4().hex
    )
    assert paid.status < 300, await paid.text()
    (creditor,) = (await (await supervisor.get(CREDITORS)).json())["creditors"]
    path = f"{CREDITORS}/{creditor['id']}/contracts"
    contracts = (await (await supervisor.get(path)).json())["contracts"]
    (contract,) = [one["id"] for one in contracts if one["debt"] == str(debt)]
    answer = await supervisor.send("DELETE", f"/api/v1/contracts/{contract}")
    assert (answer.status, (await answer.json())["code"]) == (409, "contract_in_use")
    gone = await supervisor.send("DELETE", f"{CREDITORS}/{creditor['id']}")
    assert (gone.status, (await gone.json())["code"]) == (409, "creditor_in_use")
    assert (await (await supervisor.get(path)).json())["contracts"] == contracts


async def test_an_account_is_opened_once_and_closed(
    book: Book, engine: AsyncEngine
) -> None:
    path = f"{book.creditor}/billing-accounts"
    for changed in ({"bank": "999"}, {"size": 240}, {"branch": "x"}):
        status, told = await book.ask("POST", path, ACCOUNT | changed)
        assert (status, told["code"]) == (422, "account_refused"), changed
    status, told = await book.ask("POST", path, ACCOUNT)
    assert status == 201, told
    (account,) = told["accounts"]
    assert (await book.ask("POST", path, ACCOUNT))[1]["code"] == "account_refused"
    one = f"/api/v1/billing-accounts/{account['id']}"
    assert (await book.ask("DELETE", one))[0] == 204
    assert (await book.ask("DELETE", one))[1]["code"] == "no_account"
    _, kept = await book.ask("GET", path)
    assert kept["accounts"][0]["closed_at"] is not None
    async with engine.connect() as connection:
        assert list(await connection.execute(select(ChargeRow.id))) == []


async def test_a_creditor_of_which_nothing_is_kept_is_removed(book: Book) -> None:
    assert (await book.ask("DELETE", book.creditor))[1]["code"] == "creditor_in_use"
    assert (await book.ask("DELETE", f"/api/v1/portfolios/{book.portfolio}"))[0] == 204
    assert (await book.ask("DELETE", book.creditor))[0] == 204
    assert (await book.ask("DELETE", book.creditor))[1]["code"] == "no_creditor"


async def test_a_creditor_is_closed_and_opened_again(
    book: Book, engine: AsyncEngine
) -> None:
    state = f"{book.creditor}/state"
    _, other = await book.ask("POST", f"{book.creditor}/portfolios", {"name": "Outra"})
    _, made = await book.contract()
    contract = f"/api/v1/contracts/{made['id']}"
    status, told = await book.ask("PUT", state, {"closed": True})
    assert (status, told["closed_at"] is not None) == (200, True)
    assert (await book.ask("PUT", state, {"closed": True}))[1] == told
    refused = [
        await book.contract(number="C-2"),
        await book.ask("POST", f"{book.creditor}/portfolios", {"name": "Terceira"}),
        await book.ask("PUT", contract, {"portfolio": other["id"], "product": ""}),
    ]
    assert [(s, t["code"]) for s, t in refused] == [(409, "creditor_closed")] * 3
    status, told = await book.ask("PUT", state, {"closed": False})
    assert (status, told["closed_at"]) == (200, None)
    one = f"/api/v1/portfolios/{other['id']}/state"
    assert (await book.ask("PUT", one, {"closed": True}))[0] == 200
    status, told = await book.ask(
        "PUT", contract, {"portfolio": other["id"], "product": ""}
    )
    assert (status, told["code"]) == (409, "portfolio_closed")
    unknown = f"/api/v1/portfolios/{uuid4()}/state"
    assert (await book.ask("PUT", unknown, {"closed": True}))[1]["code"] == "no_portfolio"
    async with engine.connect() as connection:
        trail = select(AuditRow.action).where(AuditRow.action.like("%ed"))
        acts = [a for a in await connection.scalars(trail.order_by(AuditRow.id))]
    assert acts[-3:] == ["creditor.closed", "creditor.reopened", "portfolio.closed"]
    kinds = [f"{kind}.{act}" for kind in Closed for act in ("closed", "reopened")]
    assert set(kinds) <= TEXTS.section("audit_actions").keys()


async def test_nothing_is_due_or_paid_before_the_contract(
    book: Book, engine: AsyncEngine
) -> None:
    for day in ("2026-01-06", "2100-01-01"):
        status, told = await book.contract(contracted_on=day)
        assert (status, told["code"]) == (422, "before_contract"), day
    status, made = await book.contract(contracted_on="2026-01-05")
    assert status == 201, made
    _, found = await book.ask("GET", f"{book.creditor}/contracts?number=C")
    (one,) = found["contracts"]
    assert one["contracted_on"] == "2026-01-05"
    payments = f"/api/v1/debts/{one['debt']}/payments"
    paid = {"amount": "10.00", "means": "pix", "reference": "E1", "paid_on": "2026-01-04"}
    status, told = await book.ask("POST", payments, paid)
    assert (status, told["code"]) == (422, "payment_before_contract")
    status, _ = await book.ask("POST", payments, paid | {"paid_on": "2026-01-05"})
    assert status == 201
    path, kept = f"/api/v1/contracts/{one['id']}", {"portfolio": book.portfolio}
    later = kept | {"contracted_on": "2026-01-06"}
    assert (await book.ask("PUT", path, later))[1]["code"] == "before_contract"
    earlier = kept | {"contracted_on": "2025-12-31"}
    assert (await book.ask("PUT", path, earlier))[0] == 200
    assert (await book.ask("PUT", path, kept))[0] == 200  # it is unknown again
    async with engine.connect() as connection:
        assert (await connection.scalars(select(ContractRow.contracted_on))).one() is None
