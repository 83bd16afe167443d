"""What stands in the fuzzed console's database, and a document of requests about it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.crypto import Keys
from tests.builders.payments import agreed_today, give_documents

Document = dict[str, Any]
FORMS = ("TermsForm", "TermsPreviewForm")  # name a contract or a portfolio
_ROWS = text(
    """
    SELECT c.id AS creditors, p.id AS portfolios, k.id AS contracts, d.id AS debts,
           k.debtor_id AS debtors, a.id AS agreements, i.id AS instalments,
           k.number AS contract
      FROM agreement a
      JOIN agreement_debt ad ON ad.agreement_id = a.id
      JOIN agreement_instalment i ON i.agreement_id = a.id AND i.number = 1
      JOIN debt d ON d.id = ad.debt_id
      JOIN contract k ON k.id = d.contract_id
      JOIN creditor c ON c.id = k.creditor_id
      JOIN portfolio p ON p.id = k.portfolio_id
     WHERE a.id = :agreement
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One creditor's contract that was agreed on. `ids`: by what a path begins with."""

    ids: Mapping[str, str]
    fields: Mapping[str, str]  # of bodies, by name


async def a_book(engine: AsyncEngine, keys: Keys) -> Book:
    """Let there be one."""
    agreement = await agreed_today(engine, count=3)
    async with engine.begin() as connection:
        await give_documents(connection, keys)
        found = (await connection.execute(_ROWS, {"agreement": agreement})).mappings()
        row = {name: str(value) for name, value in found.one().items()}
    contract = row.pop("contract")
    fields = {"debt": contract, "contract": contract, "portfolio": row["portfolios"]}
    return Book(ids=row, fields=fields)


def told_of(book: Book, document: Document) -> Document:
    """The document with the book's own identifiers in the place of any.

    What removes or closes it gets made-up ones as before: the rest is about what stays.
    """
    told = deepcopy(document)
    for path, item in told["paths"].items():
        name = path.removeprefix("/api/v1/").partition("/")[0]
        if name not in book.ids or path.endswith("/state"):
            continue
        for verb, operation in item.items():
            for one in operation["parameters"]:
                if verb != "delete" and (one["in"], one["name"]) == ("path", "id"):
                    one["schema"] = {"type": "string", "enum": [book.ids[name]]}
    schemas = told["components"]["schemas"]
    # a name that two modules have is written with its module
    forms = [schemas[name] for name in schemas if name.endswith(FORMS)]
    forms = [form for form in forms if "contract" in form["properties"]]
    assert len(forms) == len(FORMS)
    for form in forms:
        for field, value in book.fields.items():
            if field in form["properties"]:
                nothing = [] if field in form["required"] else [{"type": "null"}]
                form["properties"][field] = {"anyOf": [{"enum": [value]}, *nothing]}
    return told
