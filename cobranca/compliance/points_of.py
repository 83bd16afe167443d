"""The points of a debtor, as candidates of a contact."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.facts import Candidate
from cobranca.compliance.model import Means
from cobranca.debtors.store import (
    BEST_FIRST,
    AddressRow,
    ContactPointRow,
    ContactScoreRow,
    DebtorRow,
)

#: which kind of contact point each means goes to
KINDS: Mapping[Means, str] = {
    "voice": "phone",
    "robot": "phone",
    "sms": "phone",
    "whatsapp": "phone",
    "email": "email",
    "letter": "address",
}


class NoSuchDebtor(LookupError):
    """Não há devedor com este identificador ou documento."""


_POINTS = (  # made once, as making a statement costs more than asking it
    select(
        ContactPointRow.debtor_id,
        ContactPointRow.id.label("contact_point_id"),
        ContactPointRow.value.label("number"),
        ContactPointRow.zone,
        ContactPointRow.uf.label("ddd_uf"),
        DebtorRow.uf.label("address_uf"),
        select(AddressRow.city + "/" + AddressRow.uf)
        .where(AddressRow.debtor_id == DebtorRow.id)
        .scalar_subquery()
        .label("address_city"),
        DebtorRow.birth_date,
        ContactPointRow.status.label("point_status"),
    )
    .join(DebtorRow, DebtorRow.id == ContactPointRow.debtor_id)
    .where(ContactPointRow.kind == bindparam("kind"))
)
_OF_DEBTOR = (
    _POINTS.outerjoin(
        ContactScoreRow, ContactScoreRow.contact_point_id == ContactPointRow.id
    )
    .where(ContactPointRow.debtor_id == bindparam("debtor"))
    .order_by(*BEST_FIRST)
)
_ONE = _POINTS.where(ContactPointRow.id == bindparam("point"))
_KNOWN = select(DebtorRow.id).where(DebtorRow.id == bindparam("debtor"))


async def points_of(
    connection: AsyncConnection, debtor: UUID, means: Means = "voice"
) -> list[Candidate]:
    """Return where that means reaches the debtor, the best first; raises NoSuchDebtor."""
    asked = {"debtor": debtor, "kind": KINDS[means]}
    rows = await connection.execute(_OF_DEBTOR, asked)
    found = [Candidate(**row._mapping) for row in rows]
    if not found and await connection.scalar(_KNOWN, {"debtor": debtor}) is None:
        raise NoSuchDebtor(NoSuchDebtor.__doc__)
    return found


async def point(
    connection: AsyncConnection, number: UUID, means: Means
) -> Candidate | None:
    """Return one point; None when there is none, or that means does not reach it."""
    asked = {"point": number, "kind": KINDS[means]}
    row = (await connection.execute(_ONE, asked)).first()
    return None if row is None else Candidate(**row._mapping)
