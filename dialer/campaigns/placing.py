"""Commit attempts: pick who is next, ask the policy, write the attempts. One transaction.

Nothing leaves for the network before this transaction is committed, and it commits
nothing for a leader whose term is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, bindparam, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.facts import Candidate
from cobranca.compliance.service import CALL, ROBOT_CALL, ContactPolicy, Ruling
from dialer.callbacks import due
from dialer.calls.store import AttemptRow, CallEventRow
from dialer.campaigns.running import Running
from dialer.routes import FreeRoutes, Way
from foundation.db.leadership import Term, holds
from foundation.ids import uuid7


class TermIsOver(RuntimeError):
    """Somebody else leads now; nothing was written."""


class NotAllowed(RuntimeError):
    """A call was about to be placed that the contact policy had not allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """An attempt that is committed and may leave for the network."""

    id: str
    debtor: UUID
    number: str  # E.164 with +
    route: str
    agent: str | None = None  # endpoint that should get it, if idle then
    score: float | None = None  # chance 0..1 that a list told; None for call-backs
    cli: str = ""  # the number shown


_NEXT = text(
    """
    SELECT cd.debtor_id, d.uf AS address_uf, d.birth_date, p.id AS contact_point_id,
           (SELECT a.city || '/' || a.uf FROM debtor_address a
             WHERE a.debtor_id = d.id) AS address_city,
           p.value AS number, p.zone, p.uf AS ddd_uf, p.status AS point_status,
           p.list_score
      FROM campaign_debtor cd
      JOIN debtor d ON d.id = cd.debtor_id
     CROSS JOIN LATERAL (
           SELECT p.*, s.score AS list_score
             FROM contact_point p LEFT JOIN contact_score s ON s.contact_point_id = p.id
            WHERE p.debtor_id = cd.debtor_id AND p.kind = 'phone' AND p.status = 'active'
            ORDER BY p.tries, s.score DESC NULLS LAST, p.score DESC, p.value LIMIT 1) p
     WHERE cd.campaign_id = :campaign AND cd.state = 'ready' AND cd.next_at <= :now
       AND NOT EXISTS (SELECT 1 FROM attempt a
                        WHERE a.debtor_id = cd.debtor_id AND a.outcome IS NULL)
       AND NOT EXISTS (SELECT 1 FROM call_back b
                        WHERE b.debtor_id = cd.debtor_id AND b.state = 'booked'
                          AND b.due_at > CAST(:now AS timestamptz) - interval '1 day')
     ORDER BY cd.next_at, cd.position
     LIMIT :wanted
       FOR UPDATE OF cd SKIP LOCKED
    """
)
# a pause that is committed waits for no sweep: nothing is committed after it
RUNS = text("SELECT status = 'running' FROM campaign WHERE id = :campaign FOR SHARE")
_LEASE = text(
    """
    UPDATE campaign_debtor cd
       SET state = 'leased', attempts = attempts + 1,
           leased_until = clock_timestamp() + make_interval(secs => :lease_s)
     WHERE campaign_id = :campaign AND debtor_id = ANY(:debtors)
    """
)
_COUNT_TRY = text("UPDATE contact_point SET tries = tries + 1 WHERE id = ANY(:points)")
_PUT_OFF = text(
    """
    UPDATE campaign_debtor
       SET next_at = coalesce(:until, next_at), last_outcome = 'refused',
           state = CASE WHEN :until IS NOT NULL THEN 'ready'
                        WHEN :rule = 'closed' THEN 'closed' ELSE 'done' END
     WHERE campaign_id = :campaign AND debtor_id = :debtor
    """
).bindparams(
    bindparam("until", type_=AttemptRow.placed_at.type), bindparam("rule", type_=Text())
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacingRules:
    """Times in seconds. From `ring_s` on, part of the attempt's first fact."""

    campaign: UUID
    lease_s: float  # how long a debtor is held at most, if nobody says how the call ended
    caller_id: str = ""  # shown to every debtor; empty: one of the route's own numbers
    ring_s: float = 30.0  # from the INVITE, ringing or not
    threshold_s: float = 2.0
    wrap_up_s: float = 30.0
    agentless: bool = False

    @classmethod
    def of(cls, campaign: Running, lease_s: float) -> PlacingRules:
        return cls(
            campaign=campaign.id,
            lease_s=lease_s,
            caller_id=campaign.caller_id,
            ring_s=campaign.ring_timeout_s,
            threshold_s=campaign.threshold_s,
            wrap_up_s=campaign.wrap_up_s,
            agentless=not campaign.paced_by_agents,
        )

    def as_fact(self) -> dict[str, object]:
        """What the story of an attempt begins with (`dialer.calls.story`)."""
        return {
            "ring_s": self.ring_s,
            "lease_s": self.lease_s,
            "threshold_s": self.threshold_s,
            "wrap_up_s": self.wrap_up_s,
            "agentless": self.agentless,
        }


async def commit_attempts(
    connection: AsyncConnection,
    *,
    term: Term,
    rules: PlacingRules,
    policy: ContactPolicy,
    routes: FreeRoutes,
    wanted: int,
    now: datetime,
    contact_now: datetime,
) -> list[Placement]:
    """Return at most `wanted` attempts, inserted; the caller commits, then dials.

    `now` is real UTC, `contact_now` the compliance clock. Debtors whom the policy
    refuses are put off until it may be asked again, those whom no route ever carries are
    done, and those for whom no route has room just now stay ready. Call-backs that are due
    come first; a debtor who has one booked is left alone until then. A campaign that does
    not run gets none. Raises TermIsOver.
    """
    if not await holds(connection, term):
        raise TermIsOver(term.name)
    if not await connection.scalar(RUNS, {"campaign": rules.campaign}):
        return []
    booked = await due.pick(connection, rules.campaign, contact_now, wanted)
    picked = await connection.execute(
        _NEXT,
        {"campaign": rules.campaign, "now": contact_now, "wanted": wanted - len(booked)},
    )
    candidates = [b.candidate for b in booked]
    scores: dict[UUID, float | None] = {}
    for row in picked:
        fields = dict(row._mapping)
        scores[row.debtor_id] = fields.pop("list_score")
        candidates.append(Candidate(**fields))
    if not candidates:
        return []
    rulings = await policy.ask(
        connection,
        candidates,
        contact_now,
        campaign=rules.campaign,
        errand=ROBOT_CALL if rules.agentless else CALL,
    )
    allowed = [r for r in rulings if r.verdict.allowed]
    refused = [r for r in rulings if not r.verdict.allowed]
    stranded = [r for r in allowed if not routes.carried(r.candidate.number)]
    await put_off(connection, rules.campaign, refused + stranded)
    routed = [
        (ruling, way)
        for ruling in allowed
        if (way := routes.take(ruling.candidate.number, rules.caller_id)) is not None
    ]
    placed = await insert_attempts(connection, term, rules, routed, now)
    await due.settle(connection, booked, {p.debtor: UUID(p.id) for p in placed}, rulings)
    wanted_agents = {b.candidate.debtor_id: b.agent for b in booked}
    return [
        replace(p, agent=wanted_agents.get(p.debtor), score=scores.get(p.debtor))
        for p in placed
    ]


async def pick(
    connection: AsyncConnection, campaign: UUID, now: datetime, wanted: int
) -> list[Candidate]:
    """Lock and return at most `wanted` debtors whose turn it is."""
    values = {"campaign": campaign, "now": now, "wanted": wanted}
    rows = [dict(row._mapping) for row in await connection.execute(_NEXT, values)]
    for row in rows:
        del row["list_score"]
    return [Candidate(**row) for row in rows]


async def put_off(
    connection: AsyncConnection, campaign: UUID, refused: Sequence[Ruling]
) -> None:
    """Let refused debtors wait until the policy may be asked again, or be done.

    Who is refused because his creditor or portfolio is closed comes back with it.
    """
    rows = [
        {
            "campaign": campaign,
            "debtor": ruling.candidate.debtor_id,
            "until": ruling.verdict.until,
            "rule": ruling.verdict.rule,
        }
        for ruling in refused
    ]
    if rows:
        await connection.execute(_PUT_OFF, rows)


async def insert_attempts(
    connection: AsyncConnection,
    term: Term,
    rules: PlacingRules,
    routed: Sequence[tuple[Ruling, Way]],
    now: datetime,
    attempt: UUID | None = None,
) -> list[Placement]:
    """Write attempts, each with its first fact, and lease their debtors; `attempt` names
    one that stands alone. Raises NotAllowed.
    """
    if not routed:
        return []
    if not all(ruling.verdict.allowed for ruling, _ in routed):
        raise NotAllowed([str(ruling.verdict_id) for ruling, _ in routed])
    rows = [_row(term, rules, ruling, way, now, attempt) for ruling, way in routed]
    await connection.execute(insert(AttemptRow), rows)
    facts = [_fact(term, rules, row["id"], now) for row in rows]
    await connection.execute(insert(CallEventRow), facts)
    await connection.execute(
        _LEASE,
        {
            "campaign": rules.campaign,
            "debtors": [ruling.candidate.debtor_id for ruling, _ in routed],
            "lease_s": rules.lease_s,
        },
    )
    points = [ruling.candidate.contact_point_id for ruling, _ in routed]
    await connection.execute(_COUNT_TRY, {"points": points})
    return [
        Placement(
            id=str(row["id"]),
            debtor=ruling.candidate.debtor_id,
            number=ruling.candidate.number,
            route=way.route,
            cli=way.cli,
        )
        for row, (ruling, way) in zip(rows, routed, strict=True)
    ]


def _fact(
    term: Term, rules: PlacingRules, attempt: object, now: datetime
) -> dict[str, object]:
    return {
        "attempt_id": attempt,
        "kind": "placed",
        "at": now,
        "epoch": term.epoch,
        "data": rules.as_fact(),
    }


def _row(
    term: Term,
    rules: PlacingRules,
    ruling: Ruling,
    way: Way,
    now: datetime,
    attempt: UUID | None = None,
) -> dict[str, object]:
    candidate = ruling.candidate
    return {
        "id": attempt or uuid7(),
        "direction": "outbound",
        "campaign_id": rules.campaign,
        "debtor_id": candidate.debtor_id,
        "contact_point_id": candidate.contact_point_id,
        "verdict_id": ruling.verdict_id,
        "number": candidate.number,
        "route": way.route,
        "cli": way.cli,
        "epoch": term.epoch,
        "placed_at": now,
        "contact_day": ruling.contact_day,
        "abandoned": False,
    }
