"""Payment links of agreements: made, opened as often as wanted, locked, revoked.

A link brings somebody to one question, and after it to what may be paid of its agreement,
nothing else. The caller commits. Five wrong answers one after the other end all links of
the agreement that were made until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.happening import NoSuchAgreement
from cobranca.agreements.store import AgreementRow
from cobranca.payments.link import PURPOSE, Linked, read_token, token_of
from cobranca.payments.store import PaymentLinkRow
from foundation.crypto import Keys, derive_key

PLACE = "/pagar/"
WRONG_MAX = 5
_ROW = PaymentLinkRow


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that counts, and whose agreement it is."""

    agreement: UUID
    debtor: UUID


def _key(keys: Keys) -> bytes:
    return derive_key(keys.index, purpose=PURPOSE)


async def make(
    connection: AsyncConnection,
    keys: Keys,
    agreement: UUID,
    *,
    now: datetime,
    lives: timedelta,
    base: str = "",
) -> str:
    """Return the address of a link; never to be written into a log.

    Raises NoSuchAgreement.
    """
    known = select(AgreementRow.id).where(AgreementRow.id == agreement)
    if await connection.scalar(known) is None:
        raise NoSuchAgreement(NoSuchAgreement.__doc__)
    row = {"agreement_id": agreement, "turn": 1, "wrong": 0, "made_at": now}
    await connection.execute(insert(_ROW).values(row).on_conflict_do_nothing())
    turn = await connection.scalar(select(_ROW.turn).where(_ROW.agreement_id == agreement))
    # a token ends at a full hour: it lives at least as long as was asked for
    ends_at = now + lives + timedelta(hours=1)
    token = token_of(_key(keys), agreement, turn=int(turn or 1), ends_at=ends_at)
    return f"{base.rstrip('/')}{PLACE}{token}"


async def opened(
    connection: AsyncConnection, keys: Keys, token: str, now: datetime
) -> Opened | None:
    """Read a link; None when it is wrong, over, revoked or locked, all alike."""
    read = read_token(_key(keys), token, now=now)
    # a wrong one costs a look as well, so that how long it takes teaches nothing
    wanted = read.agreement_id if isinstance(read, Linked) else UUID(int=0)
    query = (
        select(_ROW.agreement_id, _ROW.turn, AgreementRow.debtor_id)
        .join(AgreementRow, AgreementRow.id == _ROW.agreement_id)
        .where(_ROW.agreement_id == wanted)
    )
    row = (await connection.execute(query)).first()
    if row is None or not isinstance(read, Linked) or row.turn != read.turn:
        return None
    return Opened(row.agreement_id, row.debtor_id)


async def answered(connection: AsyncConnection, agreement: UUID, *, right: bool) -> int:
    """Count an answer; returns how many wrong ones are left, 0: the links are locked."""
    held = select(_ROW.wrong).where(_ROW.agreement_id == agreement).with_for_update()
    wrong = 0 if right else int(await connection.scalar(held) or 0) + 1
    values = {"wrong": wrong}
    if wrong >= WRONG_MAX:
        await revoke(connection, agreement)
        return 0
    await connection.execute(
        update(_ROW).where(_ROW.agreement_id == agreement).values(values)
    )
    return WRONG_MAX - wrong


async def revoke(connection: AsyncConnection, agreement: UUID) -> bool:
    """End every link made until now; false when there never was one."""
    done = await connection.execute(
        update(_ROW)
        .where(_ROW.agreement_id == agreement)
        .values(turn=_ROW.turn + 1, wrong=0)
    )
    return bool(done.rowcount)
