"""One question at a time about a person or a number, whichever process asks.

The counts that a verdict rests on are read after the turn is taken, and the turn lasts as
long as the transaction that writes the contact: two cannot both take the last attempt.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from sqlalchemy import ARRAY, BigInteger, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.facts import Candidate

_TAKE = text("SELECT pg_advisory_xact_lock(key) FROM unnest(:keys) AS t (key)").bindparams(
    bindparam("keys", type_=ARRAY(BigInteger()))
)


async def take(connection: AsyncConnection, candidates: Sequence[Candidate]) -> None:
    """Wait for the turn of each person and each number; held until the commit."""
    names = {f"person {candidate.debtor_id}" for candidate in candidates}
    names |= {f"point {candidate.number}" for candidate in candidates}
    # in one order for all, so that no two wait for each other
    await connection.execute(_TAKE, {"keys": sorted(map(_key, names))})


def _key(name: str) -> int:
    digest = blake2b(name.encode(), digest_size=8, person=b"contact").digest()
    return int.from_bytes(digest, "big", signed=True)
