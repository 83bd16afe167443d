"""One question at a time about a person or a number, whichever process asks.

The counts that a verdict rests on are read after the turn is taken, and the turn lasts as
long as the transaction that writes the contact: two cannot both take the last attempt.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from cobranca.compliance.facts import Candidate


def turns_of(candidates: Sequence[Candidate]) -> list[int]:
    """Keys of the locks of each person and each number.

    In one order for all, so that no two wait for each other.
    """
    names = {f"person {candidate.debtor_id}" for candidate in candidates}
    names |= {f"point {candidate.number}" for candidate in candidates}
    return sorted(map(_key, names))


def _key(name: str) -> int:
    digest = blake2b(name.encode(), digest_size=8, person=b"contact").digest()
    return int.from_bytes(digest, "big", signed=True)
