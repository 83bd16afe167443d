"""The demonstration's contract terms, policy and creditor, registered once."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from importlib.resources import files

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.policy import Policy
from cobranca.agreements.publishing import publish
from cobranca.agreements.store import PolicyRow
from cobranca.debtors.store import CreditorRow
from cobranca.debts.products import products
from cobranca.debts.registering import TermsFor, read_terms, register_terms
from sim.demo import CREDITOR

_DOCUMENT = "11222333000181"  # a number that no company has
_ADDRESS = "Avenida da Demonstração, 100, São Paulo, SP"


async def ensure_terms(connection: AsyncConnection) -> bool:
    """Register them unless they are; true when that was done now."""
    policy = Policy.model_validate(tomllib.loads(_file("demo_policy.toml")))
    query = select(PolicyRow.id).where(PolicyRow.code == policy.code)
    if await connection.scalar(query.limit(1)) is not None:
        return False
    now = datetime.now(UTC)
    await register_terms(connection, await _of_its_contracts(connection), now)
    await publish(connection, policy, by="demonstração", at=now)
    await connection.execute(
        update(CreditorRow)
        .where(CreditorRow.name == CREDITOR)
        .values(document=_DOCUMENT, address=_ADDRESS)
    )
    return True


async def _of_its_contracts(connection: AsyncConnection) -> list[TermsFor]:
    """A small demonstration has no contract of some products."""
    sold = {name for names in (await products(connection)).values() for name in names}
    listed = read_terms(_file("demo_terms.toml"))
    return [one for one in listed if one.product is None or one.product in sold]


def _file(name: str) -> str:
    return files("sim").joinpath(name).read_text("utf-8")
