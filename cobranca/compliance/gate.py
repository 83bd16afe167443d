"""The gate of contacts that are no calls of the dialer: asked, counted, and closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.compliance import asking
from cobranca.compliance.facts import Candidate
from cobranca.compliance.model import Means, contact_day
from cobranca.compliance.ports import Answer, End
from cobranca.compliance.service import ContactPolicy, Errand, Ruling, places
from cobranca.compliance.store import ContactRow
from foundation.ids import uuid7


@dataclass(frozen=True, slots=True)
class Gate:
    """Is a ContactGate."""

    engine: AsyncEngine
    policy: ContactPolicy
    within_s: float = asking.WITHIN_S

    async def seek(
        self, sought: Sequence[Candidate], errand: Errand, now: datetime, *, origin: str
    ) -> list[Answer]:
        """Answer each in order; see the port."""
        made: list[UUID] = []

        async def write(connection: AsyncConnection, allowed: Sequence[Ruling]) -> None:
            rows = [_row(ruling, errand.means, origin) for ruling in allowed]
            if rows:
                await connection.execute(insert(ContactRow), rows)
            made.extend(row["id"] for row in rows)

        verdicts = await asking.ask(
            self.engine,
            self.policy,
            sought,
            now,
            write,
            errand=errand,
            within_s=self.within_s,
        )
        contacts = iter(made)
        return [
            Answer(
                candidate=candidate,
                verdict=verdict,
                contact=next(contacts) if verdict.allowed else None,
            )
            for candidate, verdict in zip(sought, verdicts, strict=True)
        ]

    async def close(self, contact: UUID, end: End) -> bool:
        """Tell what came of it, once."""
        async with self.engine.begin() as connection:
            closed = await connection.execute(
                update(ContactRow)
                .where(ContactRow.id == contact, ContactRow.outcome.is_(None))
                .values(
                    outcome="made" if end.sent else "not_sent",
                    talked=end.talked,
                    right_party=end.right_party,
                )
            )
        return closed.rowcount == 1


async def received(
    connection: AsyncConnection,
    whom: Candidate,
    means: Means,
    now: datetime,
    *,
    origin: str,
    right_party: bool,
) -> UUID | None:
    """Note that the debtor sought us, which counts as a talk; the caller commits.

    `now` is on the compliance clock. None: where he is, and so his day, is not known.
    """
    day = contact_day(places(whom, means), now)
    if day is None:
        return None
    row = _written(whom, means, day, origin) | {
        "direction": "inbound",
        "outcome": "made",
        "talked": True,
        "right_party": right_party,
    }
    await connection.execute(insert(ContactRow), row)
    return UUID(str(row["id"]))


def _row(ruling: Ruling, means: Means, origin: str) -> dict[str, Any]:
    if ruling.contact_day is None:
        raise AssertionError("allowed without a day")  # no place is never allowed
    row = _written(ruling.candidate, means, ruling.contact_day, origin)
    return row | {"direction": "outbound", "verdict_id": ruling.verdict_id}


def _written(whom: Candidate, means: Means, day: date, origin: str) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "debtor_id": whom.debtor_id,
        "contact_point_id": whom.contact_point_id,
        "point": whom.number,
        "means": means,
        "origin": origin,
        "at": datetime.now(UTC),
        "contact_day": day,
    }
