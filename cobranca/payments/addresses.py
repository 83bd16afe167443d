"""Addresses of debtors, kept for slips: the last one told counts. The caller commits."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.address import Address
from cobranca.debtors.store import AddressRow, DebtorRow

_PARTS = ("street", "district", "city", "uf", "cep")


class NoSuchDebtor(LookupError):
    """Não há devedor com este identificador."""


async def keep(
    connection: AsyncConnection, debtor: UUID, address: Address, now: datetime
) -> None:
    """Keep where he lives in the place of what was known; raises NoSuchDebtor."""
    known = select(DebtorRow.id).where(DebtorRow.id == debtor)
    if await connection.scalar(known) is None:
        raise NoSuchDebtor(NoSuchDebtor.__doc__)
    values = asdict(address) | {"told_at": now}
    row = insert(AddressRow).values(debtor_id=debtor, **values)
    await connection.execute(
        row.on_conflict_do_update(index_elements=["debtor_id"], set_=values)
    )


async def address_of(connection: AsyncConnection, debtor: UUID) -> Address | None:
    """Return where he lives, as far as is known."""
    query = select(*(getattr(AddressRow, part) for part in _PARTS))
    row = (await connection.execute(query.where(AddressRow.debtor_id == debtor))).first()
    return None if row is None else Address(**row._mapping)
