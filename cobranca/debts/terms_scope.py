"""Which contracts terms are of, and which of several hold for one.

Pure. Terms are of a creditor's contracts, or of fewer of them: a portfolio's, a product's,
one. The newest of the most particular hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Contracts of one creditor that have all of these; None: whatever it is."""

    portfolio: UUID | None = None
    product: str | None = None
    contract: UUID | None = None

    def rank(self, contract: Scope) -> int | None:
        """How particular it is of that contract; None: it is not of it.

        >>> Scope(product="cartão").rank(Scope(product="cartão"))
        2
        >>> Scope(product="cartão").rank(Scope(product=None)) is None
        True
        """
        wanted = (
            (self.portfolio, contract.portfolio, 1),
            (self.product, contract.product, 2),
            (self.contract, contract.contract, 4),
        )
        if any(asked not in (None, has) for asked, has, _ in wanted):
            return None
        return sum(weight for asked, _, weight in wanted if asked is not None)


def in_force(
    versions: Iterable[tuple[Scope, Found]], contract: Scope, otherwise: Found
) -> Found:
    """Return what holds for the contract; versions are given oldest first."""
    found, best = otherwise, -1
    for scope, version in versions:
        rank = scope.rank(contract)
        if rank is not None and rank >= best:
            found, best = version, rank
    return found
