"""What makes contacts besides the dialer: it asks here, and makes none without an answer.

The dialer asks the policy itself, in the transaction that writes its attempts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cobranca.compliance.facts import Candidate
from cobranca.compliance.model import Verdict
from cobranca.compliance.service import Errand


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`contact`: allowed, counted, and to be closed; None: it must not be made."""

    candidate: Candidate
    verdict: Verdict
    contact: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What came of a contact. `sent` False: nobody was disturbed, so it does not count."""

    sent: bool = True
    talked: bool = False
    right_party: bool = False


class ContactGate(Protocol):
    """Asked before every message, letter or call that the dialer does not place."""

    async def seek(
        self, sought: Sequence[Candidate], errand: Errand, now: datetime, *, origin: str
    ) -> list[Answer]:
        """Answer each in order; what is allowed is counted from this moment on.

        `now` is on the compliance clock. Never raises for a database that does not
        answer: then everybody is refused.
        """

    async def close(self, contact: UUID, end: End) -> bool:
        """Tell what came of it, once; False when there is no such open contact."""
