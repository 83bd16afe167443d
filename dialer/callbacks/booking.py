"""Use cases of call-backs: may it be at that time, book, list, cancel.

Times of calling are on the compliance clock. Whoever books gets the policy's answer for
that very instant; the policy is asked again when the call is about to be placed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.facts import Candidate
from cobranca.compliance.points_of import points_of
from cobranca.compliance.rules import decide
from cobranca.compliance.service import ContactPolicy
from cobranca.debtors.store import ContactPointRow, DebtorRow
from dialer.callbacks.store import CallBackRow
from dialer.campaigns.store import CampaignRow
from foundation.ids import uuid7

FARTHEST = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A call-back that somebody asks for."""

    debtor: UUID
    agent: UUID | None  # None: of nobody, as when he asked in the portal
    due_at: datetime
    campaign: UUID | None  # of the call in which it was asked for
    attempt: UUID | None
    contact_point: UUID | None = None  # None: the best telephone


@dataclass(frozen=True, slots=True)
class Booked:
    id: UUID
    campaign: UUID
    due_at: datetime


@dataclass(frozen=True, slots=True)
class NotBooked:
    """`reason`: past, too_far, no_number, no_campaign, or forbidden by `rule`.

    `next_at`: the next instant at which it would be allowed, when waiting helps.
    """

    reason: str
    rule: str | None = None
    source: str | None = None
    next_at: datetime | None = None


_CAMPAIGN = text(
    """
    SELECT c.id FROM campaign_debtor cd JOIN campaign c ON c.id = cd.campaign_id
     WHERE cd.debtor_id = :debtor
       AND (c.id = CAST(:campaign AS uuid) OR c.status IN ('running', 'paused'))
     ORDER BY c.id = CAST(:campaign AS uuid) DESC NULLS LAST, c.created_at DESC
     LIMIT 1
    """
)


async def objection(
    connection: AsyncConnection, policy: ContactPolicy, asked: Booking, now: datetime
) -> Candidate | NotBooked:
    """Return the telephone that would be called, or why it cannot be booked."""
    if asked.due_at <= now:
        return NotBooked("past")
    if asked.due_at > now + FARTHEST:
        return NotBooked("too_far")
    numbers = await points_of(connection, asked.debtor)
    wanted = [n for n in numbers if n.contact_point_id == asked.contact_point]
    active = [n for n in wanted + numbers if n.point_status == "active"]
    if not active:
        return NotBooked("no_number")
    wished = replace(active[0], asked_for=True)
    known = await policy.load(connection, [wished], now)
    errand = await policy.errand_of(connection, asked.campaign)
    question, facts = policy.case(wished, known, now, errand)
    verdict = decide(question.at(asked.due_at), facts, policy.rules)
    if not verdict.allowed:
        return NotBooked("forbidden", verdict.rule, verdict.source, verdict.until)
    return active[0]


async def book(
    connection: AsyncConnection,
    policy: ContactPolicy,
    asked: Booking,
    *,
    now: datetime,
    booked_at: datetime,
) -> Booked | NotBooked:
    """Book it in place of an earlier one of the same debtor; the caller commits.

    `now` is on the compliance clock, `booked_at` real UTC. When it is not booked nothing
    was written.
    """
    number = await objection(connection, policy, asked, now)
    if isinstance(number, NotBooked):
        return number
    campaign: UUID | None = await connection.scalar(
        _CAMPAIGN, {"debtor": asked.debtor, "campaign": asked.campaign}
    )
    if campaign is None:
        return NotBooked("no_campaign")
    await _replace(connection, asked.debtor)
    row = {
        "id": uuid7(),
        "debtor_id": asked.debtor,
        "contact_point_id": number.contact_point_id,
        "campaign_id": campaign,
        "agent_id": asked.agent,
        "asked_in": asked.attempt,
        "due_at": asked.due_at,
        "state": "booked",
        "booked_at": booked_at,
    }
    await connection.execute(insert(CallBackRow), row)
    await expect(connection, campaign, asked.debtor, asked.due_at)
    return Booked(UUID(str(row["id"])), campaign, asked.due_at)


async def _replace(connection: AsyncConnection, debtor: UUID) -> None:
    await connection.execute(
        update(CallBackRow)
        .where(CallBackRow.debtor_id == debtor, CallBackRow.state == "booked")
        .values(state="replaced")
    )


_EXPECT = text(
    """
    UPDATE campaign_debtor SET state = 'ready', next_at = :at,
           last_outcome = nullif(last_outcome, 'paid')
     WHERE campaign_id = :campaign AND debtor_id = :debtor AND state <> 'leased'
    """
)
_REOPEN = text(
    "UPDATE campaign SET status = 'running' WHERE id = :campaign AND status = 'finished'"
)


async def expect(
    connection: AsyncConnection, campaign: UUID, debtor: UUID, at: datetime
) -> None:
    """Make the campaign try the debtor again from an instant; a finished one runs on.

    A debtor with a call in progress is left to the end of that call.
    """
    values = {"campaign": campaign, "debtor": debtor, "at": at}
    changed = await connection.execute(_EXPECT, values)
    if changed.rowcount:
        await connection.execute(_REOPEN, {"campaign": campaign})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A booked call-back, for the agent's own list."""

    id: UUID
    due_at: datetime
    debtor_name: str
    number: str  # E.164; to be masked before it is shown
    zone: str | None  # IANA name of where it is
    campaign: str
    campaign_status: str


async def booked_for(
    connection: AsyncConnection, agent: UUID, *, limit: int = 100
) -> list[Listed]:
    """Return the agent's booked call-backs, the next first."""
    query = (
        select(
            CallBackRow.id,
            CallBackRow.due_at,
            DebtorRow.name.label("debtor_name"),
            ContactPointRow.value.label("number"),
            ContactPointRow.zone,
            CampaignRow.name.label("campaign"),
            CampaignRow.status.label("campaign_status"),
        )
        .join(DebtorRow, DebtorRow.id == CallBackRow.debtor_id)
        .join(ContactPointRow, ContactPointRow.id == CallBackRow.contact_point_id)
        .join(CampaignRow, CampaignRow.id == CallBackRow.campaign_id)
        .where(CallBackRow.agent_id == agent, CallBackRow.state == "booked")
        .order_by(CallBackRow.due_at)
        .limit(limit)
    )
    return [Listed(**row._mapping) for row in await connection.execute(query)]


_CANCEL = text(
    """
    WITH cancelled AS (
        UPDATE call_back SET state = 'cancelled'
         WHERE id = :id AND agent_id = :agent AND state = 'booked'
        RETURNING campaign_id, debtor_id, due_at),
    turned AS (
        UPDATE campaign_debtor cd SET state = 'done'
          FROM cancelled c
         WHERE cd.campaign_id = c.campaign_id AND cd.debtor_id = c.debtor_id
           AND cd.state = 'ready' AND cd.next_at = c.due_at)
    SELECT count(*) FROM cancelled
    """
)


async def cancel(connection: AsyncConnection, call_back: UUID, agent: UUID) -> bool:
    """Cancel one of the agent's own, and the debtor's turn that was kept for it.

    False when there is none that is still booked.
    """
    found = await connection.scalar(_CANCEL, {"id": call_back, "agent": agent})
    return bool(found)
