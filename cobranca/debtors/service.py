"""Finding debtors: by document, which is stored sealed, through its blind index; by name.

Names are compared without accents and capitals, by the database's `name_key`.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, collate, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.store import DebtorRow
from foundation.brasil.document import Document
from foundation.crypto import Keys

DOCUMENT_COLUMN = "debtor.document"  # what sealed documents and their index are bound to


def document_index(keys: Keys, document: Document) -> bytes:
    """Return the blind index by which a document is found."""
    return keys.blind_index(document.text, bound_to=DOCUMENT_COLUMN)


def seal_document(keys: Keys, document: Document) -> bytes:
    """Return the form in which a document is stored."""
    return keys.seal(document.text, bound_to=DOCUMENT_COLUMN)


def open_document(keys: Keys, sealed: bytes) -> str:
    """Return the document in its stored form; raises SealBroken, UnknownKey."""
    return keys.open(sealed, bound_to=DOCUMENT_COLUMN)


async def debtor_with_document(
    connection: AsyncConnection, keys: Keys, document: Document
) -> UUID | None:
    """Return the id of the debtor with that CPF or CNPJ, if there is one."""
    query = select(DebtorRow.id).where(
        DebtorRow.document_index == document_index(keys, document)
    )
    return (await connection.execute(query)).scalar_one_or_none()


def name_begins(written: str) -> ColumnElement[bool]:
    """A test of debtors' names that an index answers."""
    key = collate(func.name_key(DebtorRow.name), "C")
    first = collate(func.name_key(written), "C")
    return (key >= first) & (key < first.concat("\U0010ffff"))


async def debtors_named(
    connection: AsyncConnection, written: str, *, limit: int
) -> list[UUID]:
    """Return debtors whose name begins so, at most `limit`, in no order."""
    query = select(DebtorRow.id).where(name_begins(written)).limit(limit)
    return list((await connection.execute(query)).scalars())
