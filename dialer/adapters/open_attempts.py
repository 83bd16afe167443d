"""What the database knows of calls that have not ended and of agents, as folds of facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.calls.agent import SEAT_FACTS, Agent, AgentState
from dialer.calls.call import Call
from dialer.calls.store import AttemptRow, CallEventRow
from dialer.calls.story import THRESHOLD_S, WRAP_UP_S, Stored, Story, begin, fold
from dialer.campaigns.store import CampaignRow


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAttempt:
    """An attempt without an outcome; its story is folded from its facts."""

    story: Story
    campaign: UUID | None
    debtor: UUID | None
    route: str
    placed_at: datetime
    due_at: datetime | None  # no call of it lasts longer; None: nobody wrote it down

    @property
    def id(self) -> str:
        return self.story.call.id

    @property
    def call(self) -> Call:
        return self.story.call

    @property
    def channel(self) -> str:
        return self.story.channel

    @property
    def inbound(self) -> bool:
        return self.call.inbound


_COLUMNS = (
    AttemptRow.id,
    AttemptRow.direction,
    AttemptRow.campaign_id,
    AttemptRow.debtor_id,
    AttemptRow.route,
    AttemptRow.placed_at,
    AttemptRow.answered_at,
    CampaignRow.threshold_s,
    CampaignRow.wrap_up_s,
    CampaignRow.policy["mode"].astext.label("mode"),
)


async def open_attempts(connection: AsyncConnection) -> list[OpenAttempt]:
    """All attempts without an outcome, with their facts folded in."""
    query = (
        select(*_COLUMNS)
        .outerjoin(CampaignRow, CampaignRow.id == AttemptRow.campaign_id)
        .where(AttemptRow.outcome.is_(None))
        .order_by(AttemptRow.placed_at)
    )
    rows = list(await connection.execute(query))
    facts = await facts_of(connection, [row.id for row in rows])
    return [_attempt(row, facts[row.id]) for row in rows]


async def facts_of(
    connection: AsyncConnection, attempts: Sequence[UUID], until: datetime | None = None
) -> dict[UUID, list[Stored]]:
    """The facts of these attempts in the order of writing; with `until`, those up to it."""
    row = CallEventRow
    query = (
        select(row.attempt_id, row.kind, row.at, row.data, row.agent_id, row.epoch)
        .where(row.attempt_id.in_(attempts), row.kind.not_in(SEAT_FACTS))
        .order_by(row.id)
    )
    if until is not None:
        query = query.where(row.at <= until)
    facts: dict[UUID, list[Stored]] = defaultdict(list)
    for found in await connection.execute(query):
        facts[found.attempt_id].append(
            Stored(
                kind=found.kind,
                at=found.at,
                data=found.data,
                agent=found.agent_id,
                epoch=found.epoch,
            )
        )
    return facts


_EARLIER = text(
    """
    SELECT attempt_id::text FROM call_event
     WHERE attempt_id = ANY(CAST(:attempts AS uuid[]))
     GROUP BY attempt_id
    HAVING min(id) < (SELECT min(id) FROM (
                      SELECT id FROM call_event
                       WHERE kind = 'connection_restored' AND data->>'why' = :boot
                      OFFSET 0) restored)
    """
)


async def of_an_earlier_switch(
    connection: AsyncConnection, attempts: Sequence[str], boot: str
) -> set[str]:
    """Which of them began before this start of the switch was first heard of.

    By the order of facts, not by their times: those are of several clocks. OFFSET 0 keeps
    the planner from walking all facts in that order to the first that fits.
    """
    asked = {"attempts": list(attempts), "boot": boot}
    return set(await connection.scalars(_EARLIER, asked))


def _attempt(row: Any, facts: Sequence[Stored]) -> OpenAttempt:
    return OpenAttempt(
        story=fold(_beginning(row), facts),
        campaign=row.campaign_id,
        debtor=row.debtor_id,
        route=row.route,
        placed_at=row.placed_at,
        due_at=_due_at(row.placed_at, facts),
    )


def _beginning(row: Any) -> Story:
    """What the attempt's row says, for attempts that were placed before it was a fact."""
    inbound = row.direction == "inbound"
    story = begin(str(row.id), inbound=inbound)
    if inbound:
        arrived = Stored(kind="inbound", at=row.answered_at or row.placed_at)
        return fold(story, [arrived])
    placed = {
        "threshold_s": row.threshold_s if row.threshold_s is not None else THRESHOLD_S,
        "wrap_up_s": row.wrap_up_s if row.wrap_up_s is not None else WRAP_UP_S,
        "agentless": row.mode == "agentless",
    }
    return fold(story, [Stored(kind="placed", at=row.placed_at, data=placed)])


def _due_at(placed_at: datetime, facts: Sequence[Stored]) -> datetime | None:
    """The switch ends a call by itself before that, whoever lives (TIMEOUT(absolute))."""
    placed = next((fact for fact in facts if fact.kind == "placed"), None)
    if placed is None or "lease_s" not in placed.data:
        return None
    if any(fact.kind in ("answered", "joined", "found") for fact in facts):
        return placed_at + timedelta(seconds=float(placed.data["lease_s"]))
    rung_from = [fact.at for fact in facts if fact.kind == "rerouted"] or [placed_at]
    return rung_from[-1] + timedelta(seconds=float(placed.data["ring_s"]))


_AGENTS = text(
    """
    SELECT e.data, e.at, e.attempt_id FROM agent a
     CROSS JOIN LATERAL (
           SELECT data, at, attempt_id FROM call_event
            WHERE agent_id = a.id AND kind IN ('agent', 'supervisor')
            ORDER BY id DESC LIMIT 1) e
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An agent as the facts left him; `wrap_up_s`: limit of a wrap-up, if one was told."""

    agent: Agent
    wrap_up_s: float | None


async def agents_before(connection: AsyncConnection) -> list[Remembered]:
    """Agents who were logged in when facts were last written, as they were then."""
    found = [remembered(row) for row in await connection.execute(_AGENTS)]
    return [one for one in found if one.agent.state is not AgentState.OFFLINE]


def remembered(row: Any) -> Remembered:
    """Read one fact of a seat (`SEAT_FACTS`): `data`, `at`, `attempt_id`."""
    data = row.data
    wrap_up_s = data.get("wrap_up_s")
    agent = Agent(
        endpoint=data["endpoint"],
        state=AgentState(data["state"]),
        since=datetime.fromisoformat(data["since"]) if "since" in data else row.at,
        leg=data.get("leg"),
        call=str(row.attempt_id) if row.attempt_id else None,
        wants=AgentState(data["wants"]),
        pause_code=data.get("pause_code") or "",
        held=bool(data.get("held")),
        supervises=bool(data.get("supervises")),
    )
    return Remembered(agent=agent, wrap_up_s=wrap_up_s)
