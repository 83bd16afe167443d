"""A bank's file taken in, a step at a time, and what each step came to.

Each payment is a transaction of its own and is known by its reference for ever: a file
that was cut off is gone on with, and the same one again enters nothing. What cannot be
placed ends on the work list (`cobranca.payments.work`), never nowhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, any_, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.payments.arrivals import Heard
from cobranca.payments.bank_files import BankFile
from cobranca.payments.banking_store import BankFileRow, BillingAccountRow
from cobranca.payments.file_lines import (
    forget_lines,
    keep_lines,
    next_money,
    next_slips,
)
from cobranca.payments.receiving import Taken
from cobranca.payments.returns import STEP, note
from cobranca.payments.store import ArrivalRow
from cobranca.payments.taking import take_one
from cobranca.payments.transfer import Credit
from cobranca.payments.transfers import take_credit
from foundation.crypto import Keys
from foundation.ids import uuid7
from foundation.settings import ProcessSettings

_SHOWN = 500  # lines of a report


class NoSuchFile(LookupError):
    """Não há arquivo de banco com este identificador."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it was kept; `again`: it had been sent before, and is the same row."""

    id: UUID
    again: bool


async def banks_of(connection: AsyncConnection) -> list[str]:
    """The banks that we have billing accounts at."""
    return list((await connection.scalars(select(BillingAccountRow.bank).distinct())).all())


async def keep(
    connection: AsyncConnection, file: BankFile, content: bytes, *, name: str, by: str
) -> Kept:
    """Keep a file that was read, once for ever by its content. The caller commits."""
    digest = sha256(content).digest()
    values = {
        "id": uuid7(),
        "digest": digest,
        "kind": file.kind,
        "bank": file.bank,
        "name": name[:200],
        "content": content,
        "payments": len(file.money),
        "total": file.total,
        "report": report_of(file) | {"known": await _known(connection, file)},
        "sent_at": datetime.now(UTC),
        "sent_by": by,
    }
    made = insert(BankFileRow).values(values).on_conflict_do_nothing()
    fresh = await connection.scalar(made.returning(BankFileRow.id))
    if fresh is not None:
        return Kept(fresh, again=False)
    query = select(BankFileRow.id).where(BankFileRow.digest == digest)
    return Kept((await connection.scalars(query)).one(), again=True)


def report_of(file: BankFile) -> dict[str, Any]:
    """What a person reads of a file before it is taken in."""
    return {
        "titles": file.titles,
        "others": file.others,
        "occurrences": dict(file.occurrences),
        "refused": [
            {"nosso_numero": one.nosso_numero, "motives": list(one.motives)}
            for one in file.refused[:_SHOWN]
        ],
        "unread": [asdict(one) for one in file.unread[:_SHOWN]],
        "slips": len(file.slips),
        "slips_seen": 0,
        "pix": sum(1 for one in file.slips if one.pix),
        "pix_new": 0,
        "new": 0,
        "to_look_at": {},
    }


async def _known(connection: AsyncConnection, file: BankFile) -> int:
    """How many of its payments are in the books already."""
    names = [_reference(one) for one in file.money]
    means = "boleto" if file.kind == "retorno" else "transfer"
    query = (
        select(func.count())
        .select_from(ArrivalRow)
        .where(
            ArrivalRow.means == means,
            ArrivalRow.reference == any_(literal(names, ARRAY(Text))),
        )
    )
    return int(await connection.scalar(query) or 0) if names else 0


def _reference(one: Heard | Credit) -> str:
    return one.reference if isinstance(one, Credit) else one.arrival.reference


async def step(
    connection: AsyncConnection,
    engine: AsyncEngine,
    settings: ProcessSettings,
    keys: Keys,
    name: UUID,
    by: str,
) -> None:
    """Take the next payments of a file in, then the next slips; with the last it is done.

    `connection` holds the file's row, so that two who ask take turns; the caller commits.
    The first step reads the file, and keeps its lines for the others.
    Raises NoSuchFile.
    """
    query = select(BankFileRow.__table__).where(BankFileRow.id == name)
    row = (await connection.execute(query.with_for_update())).first()
    if row is None:
        raise NoSuchFile(NoSuchFile.__doc__)
    if row.done_at is not None:
        return
    report = row.report
    if row.content is not None:
        file = await keep_lines(connection, name, row.bank, row.content)
        report = report | {"slips": len(file.slips)}  # not counted in an old one
    some = await next_money(connection, name, row.kind, row.taken, STEP)
    report = _told(report, await _take(engine, settings, keys, some))
    taken, now = row.taken + len(some), datetime.now(UTC)
    if taken == row.payments:
        report = await _note(connection, name, row.bank, report, now)
    values: dict[str, Any] = {"taken": taken, "report": report, "content": None}
    if (taken, report.get("slips_seen")) == (row.payments, report["slips"]):
        await forget_lines(connection, name)
        values |= {"done_at": now, "done_by": by}
    await connection.execute(
        update(BankFileRow).where(BankFileRow.id == name).values(values)
    )


async def _note(
    connection: AsyncConnection,
    name: UUID,
    bank: str,
    report: dict[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """See to the next slips that the bank refused, or made a Pix for; the report after."""
    seen = report.get("slips_seen", 0)  # a file sent before these were counted has none
    some = await next_slips(connection, name, seen, STEP)
    noted = await note(connection, bank, some, now)
    unread = report["unread"] + [asdict(one) for one in noted.left_out]
    return report | {
        "slips_seen": seen + len(some),
        "pix_new": report.get("pix_new", 0) + len(noted.pix),
        "unread": sorted(unread, key=itemgetter("line"))[:_SHOWN],
    }


async def _take(
    engine: AsyncEngine,
    settings: ProcessSettings,
    keys: Keys,
    some: Sequence[Heard | Credit],
) -> list[Taken]:
    """Each in a transaction of its own; what was known before is left out."""
    done = []
    for one in some:
        async with engine.begin() as connection:
            if isinstance(one, Credit):
                taken = (await take_credit(connection, settings, keys, one)).taken
            else:
                taken = await take_one(connection, settings, one)
        if taken is not None and taken.fresh:
            done.append(taken)
    return done


def _told(before: dict[str, Any], taken: Sequence[Taken]) -> dict[str, Any]:
    """The report after a step: what was new, and why a person has to look."""
    reasons = Counter(before["to_look_at"])
    reasons.update(reason.value for one in taken for reason in one.decision.reasons)
    entered = sum(
        (one.decision.enter for one in taken), Decimal(before.get("entered", "0"))
    )
    return before | {
        "new": before["new"] + len(taken),
        "to_look_at": dict(reasons),
        "entered": str(entered),
    }
