"""Contract terms over the API: refused, tried on one debt, registered, never replaced."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debts.ledger_store import ContractTermsRow
from tests.integration.console.test_creditor_book import Book, book

__all__ = ["book"]  # a fixture

MONTHLY = {"kind": "monthly", "rate": "0.01"}
LATE = {"debt": "C-1", "on": "2026-03-06"}


async def _kept(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        query = select(func.count()).select_from(ContractTermsRow)
        return int((await connection.execute(query)).scalar_one())


async def test_new_terms_are_tried_on_a_debt_before_they_hold(
    book: Book, engine: AsyncEngine
) -> None:
    assert (await book.contract())[0] == 201
    path, said = f"{book.creditor}/terms", {"fine": "0.02", "interest": MONTHLY}
    status, told = await book.ask("POST", f"{path}/preview", {"terms": said} | LATE)
    assert (status, told["now"]["total"], told["holds"]) == (200, "150.10", True)
    # 100.00 from 5/1, 60 days: 2.00 + 2.00; 50.10 from 5/2, 29 days: 1.00 + 0.48
    owed = {account: Decimal(text) for account, text in told["then"]["owed"].items()}
    assert owed == {
        "principal": Decimal("150.10"), "correction": 0, "interest": Decimal("2.48"),
        "fine": 3, "fees": 0,
    }  # fmt: skip
    assert await _kept(engine) == 0
    status, made = await book.ask("POST", path, {"terms": said})
    assert (status, made["versions"][0]["newest"]) == (201, True)
    assert made["versions"][0]["text"].startswith("multa de 2 %; juros de 1 % ao mês")
    milder = {"terms": {"fine": "0.01"}, "product": "Cartão"}
    status, told = await book.ask("POST", f"{path}/preview", milder | LATE)
    assert (told["now"]["owed"]["fine"], told["then"]["owed"]["fine"]) == ("3.00", "1.50")
    assert (await book.ask("POST", path, milder))[0] == 201
    assert (await book.contract(number="C-2", product="Cheque"))[0] == 201
    other = {"terms": said, "product": "Cheque"}
    assert not (await book.ask("POST", f"{path}/preview", other | LATE))[1]["holds"]
    whole = {"terms": said}  # the product's are more particular
    assert not (await book.ask("POST", f"{path}/preview", whole | LATE))[1]["holds"]
    for fine, newest in (
        ("0.015", [True, True, False]),
        ("0.02", [True, False, True, False]),
    ):
        again = await book.ask("POST", path, {"terms": {"fine": fine}})
        versions = again[1]["versions"]
        assert [one["newest"] for one in versions] == newest
    assert (versions[0]["by"], await _kept(engine)) == ("sonia", 4)


def _errors(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["field"], one["text"]) for one in told.get("errors", [])]


async def test_what_law_or_sense_forbids_is_refused_in_words(
    book: Book, engine: AsyncEngine
) -> None:
    assert (await book.contract())[0] == 201
    path = f"{book.creditor}/terms"
    forbidden: list[tuple[dict[str, Any], str, str]] = [
        ({"terms": {"fine": "0.03"}}, "terms.fine", "multa acima de 2 % (CDC"),
        ({"terms": {"order": ["fees"] * 5}}, "terms.order", "cada conta uma vez"),
        ({"terms": {"revolving": True, "cap": "1.5"}}, "terms", "Lei 14.690/2023"),
        ({"terms": {"holidays": ["2026-02-30"]}}, "terms.holidays", "Não é um dia"),
        ({"terms": {"fine": "-1"}}, "terms.fine", "0 ou mais"),
        ({"terms": {"interest": {"kind": "monthly", "rate": "x"}}}, "", "número"),
    ]
    for body, field, text in forbidden:
        status, told = await book.ask("POST", path, body)
        assert (status, told["code"]) == (422, "invalid"), body
        ((where, why),) = _errors(told)
        assert field in where
        assert text in why
    unknown: list[tuple[dict[str, Any], str, int]] = [
        ({"terms": {"correction": "ipx"}}, "no_index", 409),
        ({"terms": {"interest": {"kind": "legal"}}}, "no_index", 409),
        ({"terms": {}, "contract": "C-9"}, "no_terms_scope", 404),
        ({"terms": {}, "portfolio": str(uuid4())}, "no_terms_scope", 404),
        ({"terms": {}, "product": "cartao"}, "no_terms_product", 404),
    ]
    for body, code, status in unknown:
        asked: tuple[tuple[str, dict[str, str]], ...] = (
            (path, {}), (f"{path}/preview", LATE),
        )  # fmt: skip
        for where, more in asked:
            got, told = await book.ask("POST", where, body | more)
            assert (got, told["code"]) == (status, code), (where, body)
            if code == "no_terms_product":
                said = "do produto «cartao». Produtos que tem: Cartão."
                assert told["title"].endswith(said)
    nobody = f"/api/v1/creditors/{uuid4()}/terms"
    assert (await book.ask("POST", nobody, {"terms": {}}))[0] == 404
    assert (await book.ask("GET", nobody))[0] == 404
    assert await _kept(engine) == 0
