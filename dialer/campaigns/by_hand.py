"""Calls that an agent previews: hold the next debtor for him, then commit, or give back.

A preview holds the debtor by a lease and asks the contact policy, so that nobody is shown
who may not be called; the policy is asked again when the attempt is committed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.facts import Candidate
from cobranca.compliance.service import ContactPolicy, Ruling
from dialer.callbacks import due
from dialer.campaigns import placing
from dialer.campaigns.placing import Placement, PlacingRules, TermIsOver
from dialer.routes import FreeRoutes
from foundation.db.leadership import Term, holds

LATER = timedelta(hours=1)  # a debtor whom an agent skipped comes again
SOON = timedelta(minutes=10)  # and a call-back that was skipped
OVERDUE = timedelta(minutes=10)  # then anybody makes the call-back of an absent agent
TRIES = 20  # debtors whom the policy may refuse before the agent waits for a while

_HOLD = text(
    """
    UPDATE campaign_debtor SET state = 'leased',
           leased_until = clock_timestamp() + make_interval(secs => :lease_s)
     WHERE campaign_id = :campaign AND debtor_id = :debtor
    """
)
_GIVE_BACK = text(
    """
    UPDATE campaign_debtor SET state = 'ready', leased_until = NULL,
           next_at = greatest(next_at, CAST(:not_before AS timestamptz))
     WHERE campaign_id = :campaign AND debtor_id = :debtor AND state = 'leased'
       AND NOT EXISTS (SELECT 1 FROM attempt a
                        WHERE a.debtor_id = :debtor AND a.outcome IS NULL)
    """
)
_HELD = text(
    """
    SELECT cd.debtor_id, d.uf AS address_uf, d.birth_date, p.id AS contact_point_id,
           (SELECT a.city || '/' || a.uf FROM debtor_address a
             WHERE a.debtor_id = d.id) AS address_city,
           p.value AS number, p.zone, p.uf AS ddd_uf, p.status AS point_status,
           EXISTS (SELECT 1 FROM call_back b
                    WHERE b.campaign_id = cd.campaign_id AND b.debtor_id = cd.debtor_id
                      AND b.state = 'booked' AND b.due_at <= :now) AS asked_for
      FROM campaign_debtor cd
      JOIN debtor d ON d.id = cd.debtor_id
      JOIN contact_point p ON p.id = :point
     WHERE cd.campaign_id = :campaign AND cd.debtor_id = :debtor AND cd.state = 'leased'
       FOR UPDATE OF cd
    """
)
_BOOKED = text(
    """
    SELECT id FROM call_back WHERE campaign_id = :campaign AND debtor_id = :debtor
       AND state = 'booked' AND due_at <= :now ORDER BY due_at LIMIT 1 FOR UPDATE
    """
)
_CALLED = text(
    "UPDATE call_back SET state = 'called', called_in = :attempt WHERE id = :call_back"
)

_CALL_AGAIN = text(
    """
    UPDATE call_back SET due_at = greatest(due_at, CAST(:not_before AS timestamptz))
     WHERE campaign_id = :campaign AND debtor_id = :debtor AND state = 'booked'
       AND due_at <= CAST(:not_before AS timestamptz)
    """
)


async def hold_next(
    connection: AsyncConnection,
    *,
    term: Term,
    rules: PlacingRules,
    policy: ContactPolicy,
    agent: str,
    contact_now: datetime,
) -> Candidate | None:
    """Lease the next debtor who may be called; None: there is none just now.

    Call-backs that are due come first: the agent's own, and those of agents who are not
    there. The caller commits. Raises TermIsOver.
    """
    if not await holds(connection, term):
        raise TermIsOver(term.name)
    if not await connection.scalar(placing.RUNS, {"campaign": rules.campaign}):
        return None
    found = await _own_call_back(connection, rules, policy, agent, contact_now)
    if found is None:
        listed = await placing.pick(connection, rules.campaign, contact_now, TRIES)
        found, rulings = await _first_allowed(
            connection, rules, policy, listed, contact_now
        )
        await _put_off(connection, rules, rulings)
    if found is None:
        return None
    values = {"campaign": rules.campaign, "debtor": found.debtor_id}
    await connection.execute(_HOLD, values | {"lease_s": rules.lease_s})
    return found


async def _own_call_back(
    connection: AsyncConnection,
    rules: PlacingRules,
    policy: ContactPolicy,
    agent: str,
    contact_now: datetime,
) -> Candidate | None:
    """The agent's call-back that is due, or one whose own agent does not come to it."""
    booked = await due.pick(connection, rules.campaign, contact_now, TRIES)
    late = contact_now - OVERDUE
    own = [one for one in booked if one.agent in (agent, None) or one.due_at < late]
    candidates = [one.candidate for one in own]
    found, rulings = await _first_allowed(
        connection, rules, policy, candidates, contact_now
    )
    await due.settle(connection, own[: len(rulings)], {}, rulings)
    await _put_off(connection, rules, rulings)
    return found


async def _first_allowed(
    connection: AsyncConnection,
    rules: PlacingRules,
    policy: ContactPolicy,
    candidates: Sequence[Candidate],
    contact_now: datetime,
) -> tuple[Candidate | None, list[Ruling]]:
    """The first who may be called, and what was said of all who were asked for."""
    rulings: list[Ruling] = []
    for candidate in candidates:
        (ruling,) = await policy.ask(
            connection, [candidate], contact_now, campaign=rules.campaign, looking=True
        )
        rulings.append(ruling)
        if ruling.verdict.allowed:
            return ruling.candidate, rulings
    return None, rulings


async def _put_off(
    connection: AsyncConnection, rules: PlacingRules, rulings: Sequence[Ruling]
) -> None:
    refused = [ruling for ruling in rulings if not ruling.verdict.allowed]
    await placing.put_off(connection, rules.campaign, refused)


async def commit_held(
    connection: AsyncConnection,
    *,
    term: Term,
    rules: PlacingRules,
    policy: ContactPolicy,
    routes: FreeRoutes,
    held: tuple[UUID, UUID],
    attempt: UUID,
    now: datetime,
    contact_now: datetime,
) -> Placement | None:
    """Commit the attempt to a debtor that is held, (debtor, contact point).

    None: the policy refuses now, no route has room, the hold was lost, or the campaign
    does not run. The caller commits, then dials. Raises TermIsOver.
    """
    if not await holds(connection, term):
        raise TermIsOver(term.name)
    if not await connection.scalar(placing.RUNS, {"campaign": rules.campaign}):
        return None
    debtor, point = held
    values = {
        "campaign": rules.campaign, "debtor": debtor, "point": point, "now": contact_now,
    }  # fmt: skip
    row = (await connection.execute(_HELD, values)).first()
    if row is None:
        return None
    (ruling,) = await policy.ask(
        connection, [Candidate(**row._mapping)], contact_now, campaign=rules.campaign
    )
    if not ruling.verdict.allowed:
        await placing.put_off(connection, rules.campaign, [ruling])
        return None
    way = routes.take(ruling.candidate.number, rules.caller_id)
    if way is None:
        return None
    routed = [(ruling, way)]
    (placed,) = await placing.insert_attempts(connection, term, rules, routed, now, attempt)
    booked = {"campaign": rules.campaign, "debtor": debtor, "now": contact_now}
    call_back = await connection.scalar(_BOOKED, booked)
    if call_back is not None:
        told = {"call_back": call_back, "attempt": attempt}
        await connection.execute(_CALLED, told)
    return placed


async def give_back(
    connection: AsyncConnection, campaign: UUID, debtor: UUID, contact_now: datetime
) -> None:
    """End a hold that led to no call; the debtor's turn comes again later."""
    values = {"campaign": campaign, "debtor": debtor}
    later = {"not_before": contact_now + LATER}
    await connection.execute(_GIVE_BACK, values | later)
    await connection.execute(_CALL_AGAIN, values | {"not_before": contact_now + SOON})
