"""The automatic conversation as seats and as figures, the way people are supervised.

TMA = talk + wrap-up, TMO = talk + hold + wrap-up: a robot has neither wrap-up nor hold, so
both are the time from the first word to the end, or to the hand-over. CPC: the person
proved to be the debtor. Understanding: answers made use of, of all that were given or
waited for in vain. A conversation for payment is part of an agent's call, and his.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.contacts.robot_calls import TAKEN, protocol

LONGEST = timedelta(hours=1)  # the switch ends calls then; older rows lost their end

_SEATS = text(
    """
    SELECT c.id, c.number, c.began_at, c.understood, c.missed, c.caller,
           c.debtor_id IS NOT NULL AS identified, c.agreement_id IS NOT NULL AS agreed,
           c.taken_at IS NOT NULL AS taken, coalesce(n.name, c.called) AS called
      FROM robot_call c LEFT JOIN inbound_number n ON n.number = c.called
     WHERE c.ended_at IS NULL AND c.began_at > :since AND c.flow <> 'payment'
     ORDER BY c.began_at
    """
)
_DAY = text(
    """
    SELECT count(*) AS calls,
           avg(extract(epoch FROM c.ended_at - c.began_at)) AS talk_s,
           count(c.debtor_id) AS right_parties,
           coalesce(sum(c.understood), 0) AS understood,
           coalesce(sum(c.missed), 0) AS missed,
           count(c.agreement_id) AS agreements,
           coalesce(sum(a.cents), 0) AS agreed_cents,
           count(p.id) AS promises, coalesce(sum(p.amount), 0) AS promised_cents
      FROM robot_call c
      LEFT JOIN promise p ON p.attempt_id = c.id AND p.agent_id IS NULL
      LEFT JOIN LATERAL (
           SELECT sum(i.amount) AS cents FROM agreement_instalment i
            WHERE i.agreement_id = c.agreement_id) a ON true
     WHERE c.ended_at IS NOT NULL AND c.began_at >= :since
       AND c.flow <> 'payment'
    """
)
_TRANSFERS = text(
    """
    SELECT CASE WHEN c.outcome IN (:taken, 'broken') THEN c.outcome
                WHEN t.outcome = 'person' THEN 'asked'
                WHEN t.outcome = '' THEN 'not_understood'
                ELSE 'matter' END AS why, count(*) AS calls
      FROM robot_call c
      LEFT JOIN LATERAL (
           SELECT t.outcome FROM robot_turn t WHERE t.call_id = c.id
            ORDER BY t.number DESC LIMIT 1) t ON true
     WHERE c.hands_over AND c.ended_at IS NOT NULL AND c.began_at >= :since
       AND c.flow <> 'payment'
     GROUP BY 1
    """
)
_SAID = text(
    """
    SELECT t.number, t.asked, t.kind, t.hypothesis, t.outcome
      FROM robot_turn t WHERE t.call_id = :call ORDER BY t.number
    """
)


_CHANNEL = text(
    """
    SELECT c.channel FROM robot_call c
     WHERE c.id = :call AND (c.ended_at IS NULL OR NOT :live)
    """
)


_AGENTLESS = text(
    """
    SELECT coalesce(k.policy ->> 'mode' = 'agentless', false)
      FROM attempt t JOIN campaign k ON k.id = t.campaign_id WHERE t.id = :call
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotSeat:
    """A conversation under way. `called`: the name of our number."""

    id: UUID
    protocol: str
    began_at: datetime
    caller: str | None  # E.164; to be masked before it is shown
    called: str
    identified: bool
    agreed: bool
    taken: bool
    understood: int
    missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotDay:
    """Conversations since an instant that are over. None: nothing to divide by."""

    calls: int = 0
    talk_s: float | None = None  # TMA, and TMO
    right_parties: int = 0
    understood: int = 0
    missed: int = 0
    agreements: int = 0
    agreed: Decimal = Decimal(0)  # all instalments
    promises: int = 0
    promised: Decimal = Decimal(0)
    transfers: Mapping[str, int] = field(default_factory=dict)  # by why

    @property
    def understanding(self) -> float | None:
        """Share of the answers that was understood.

        >>> RobotDay(understood=9, missed=1).understanding
        0.9
        """
        answers = self.understood + self.missed
        return self.understood / answers if answers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One turn of a conversation, as it is kept; hidden where it tells who somebody is."""

    number: int
    asked: str
    kind: str
    hypothesis: str
    outcome: str


async def seats(connection: AsyncConnection, now: datetime) -> list[RobotSeat]:
    """The conversations under way, the oldest first."""
    found = await connection.execute(_SEATS, {"since": now - LONGEST})
    return [
        RobotSeat(
            id=row.id,
            protocol=protocol(row.number, row.began_at),
            began_at=row.began_at,
            caller=row.caller,
            called=row.called,
            identified=row.identified,
            agreed=row.agreed,
            taken=row.taken,
            understood=row.understood,
            missed=row.missed,
        )
        for row in found
    ]


async def day(connection: AsyncConnection, since: datetime) -> RobotDay:
    """The figures of the conversations since then."""
    row = (await connection.execute(_DAY, {"since": since})).one()
    told = {"since": since, "taken": TAKEN}
    transfers = await connection.execute(_TRANSFERS, told)
    return RobotDay(
        calls=row.calls,
        talk_s=None if row.talk_s is None else float(row.talk_s),
        right_parties=row.right_parties,
        understood=int(row.understood),
        missed=int(row.missed),
        agreements=row.agreements,
        agreed=Decimal(row.agreed_cents) / 100,
        promises=row.promises,
        promised=Decimal(row.promised_cents) / 100,
        transfers={one.why: one.calls for one in transfers},
    )


async def channel_of(connection: AsyncConnection, call: UUID, *, live: bool) -> str | None:
    """The channel of a conversation, which names its recording; None: there is none.

    `live`: only while the robot leads.
    """
    values = {"call": call, "live": live}
    channel: str | None = await connection.scalar(_CHANNEL, values)
    return channel


async def is_agentless(connection: AsyncConnection, call: UUID) -> bool:
    """Whether it belongs to a campaign whose calls no agent may have."""
    return bool(await connection.scalar(_AGENTLESS, {"call": call}))


async def said(connection: AsyncConnection, call: UUID) -> list[Said]:
    """What was said so far in a conversation."""
    found = await connection.execute(_SAID, {"call": call})
    return [Said(**row._mapping) for row in found]
