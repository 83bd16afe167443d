"""The campaigns that run now, as the pacing loop needs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.answering import answer as answering
from dialer.campaigns.changes import remember
from dialer.campaigns.store import CampaignRow
from dialer.pacing import BadPolicy, Policy
from foundation.observability import get_logger

DEFAULT_LIMITS = ((0.025, 86_400.0), (0.025, 30 * 86_400.0))  # design: 2.5 %, 24 h and 30 d
FIRST_RATIO = 1.5  # calls per free agent, where nobody set another
BY_HAND = ("manual", "preview")  # agents themselves say when; pacing is never asked
COUNTDOWN_S = 15.0
NOT_OF_PACING = (
    "scored",
    "countdown_s",
    answering.SETTING,
    "robot",
)  # stored beside the arguments of Policy

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """One running campaign; durations in seconds."""

    id: UUID
    name: str
    policy: Policy
    priority: int = 0  # the highest gets agents first
    mode: str = "predictive"
    countdown_s: float | None = None  # of a preview; None: the agent says when
    scored: bool = False  # the pacer hears the chances that lists told of its numbers
    machines: answering.Mode = answering.DEFAULT  # what follows when one answers
    robot: bool = False  # the automatic conversation speaks where no agent is free
    caller_id: str
    ring_timeout_s: float
    threshold_s: float
    wrap_up_s: float

    @property
    def by_hand(self) -> bool:
        """Each agent sees whom to call before it is done."""
        return self.mode in BY_HAND

    @property
    def paced_by_agents(self) -> bool:
        """It needs agents to talk, so it shares them with other campaigns."""
        return self.policy.mode != "agentless"


def parse_policy(stored: dict[str, Any], threshold_s: float) -> Policy:
    """Read a campaign's policy; raises BadPolicy or TypeError for what it does not know."""
    given = {name: value for name, value in stored.items() if name not in NOT_OF_PACING}
    limits = given.pop("limits", DEFAULT_LIMITS)
    if given.get("inbound_target") is not None:
        share, within_s = given["inbound_target"]
        given["inbound_target"] = (float(share), float(within_s))
    if given.get("mode") in BY_HAND:
        given["mode"] = "progressive"  # for its limits alone
    return Policy(
        limits=tuple((float(share), float(window_s)) for share, window_s in limits),
        threshold_s=threshold_s,
        **given,
    )


def policy_with(
    stored: dict[str, Any], *, mode: str, before: float, target: float
) -> dict[str, Any]:
    """The stored policy with another mode and target: the campaign form's two of them.

    The target replaces each limit that had the one before; stricter ones stay.

    >>> stored = {"limits": [[0.03, 60], [0.01, 90]]}
    >>> policy_with(stored, mode="ratio", before=0.03, target=0.02)
    {'limits': [[0.02, 60], [0.01, 90]], 'mode': 'ratio', 'ratio': 1.5}
    """
    limits = stored.get("limits") or [list(limit) for limit in DEFAULT_LIMITS]
    changed = [[target if share == before else share, window] for share, window in limits]
    policy = {**stored, "limits": changed, "mode": mode}
    if mode == "ratio" and policy.get("ratio") is None:
        policy["ratio"] = FIRST_RATIO
    return policy


async def running_campaigns(connection: AsyncConnection) -> list[Running]:
    """Campaigns with status `running`, the oldest first; one that is broken is not run."""
    query = (
        select(CampaignRow.__table__)
        .where(CampaignRow.status == "running")
        .order_by(CampaignRow.created_at)
    )
    found = [_read(row) for row in await connection.execute(query)]
    return [campaign for campaign in found if campaign is not None]


def _read(row: Any) -> Running | None:
    try:
        policy = parse_policy(row.policy, row.threshold_s)
    except (BadPolicy, TypeError, ValueError) as error:
        log.error("campaign_policy_broken", campaign=row.name, error=str(error))
        return None
    mode = row.policy.get("mode", policy.mode)
    countdown_s = float(row.policy.get("countdown_s") or COUNTDOWN_S)
    return Running(
        id=row.id,
        name=row.name,
        policy=policy,
        mode=mode,
        countdown_s=countdown_s if mode == "preview" else None,
        priority=row.priority,
        scored=bool(row.policy.get("scored")),
        machines=answering.mode_of(row.policy),
        robot=bool(row.policy.get("robot")),
        caller_id=row.caller_id,
        ring_timeout_s=row.ring_timeout_s,
        threshold_s=0.0 if policy.mode == "agentless" else row.threshold_s,
        wrap_up_s=row.wrap_up_s,
    )


_FREED = text(
    """
    UPDATE campaign_debtor cd SET state = 'ready', leased_until = NULL
     WHERE state = 'leased' AND (:all_held OR leased_until < clock_timestamp())
       AND NOT EXISTS (SELECT 1 FROM attempt a
                        WHERE a.debtor_id = cd.debtor_id AND a.outcome IS NULL)
    """
)
_FINISHED = text(
    """
    UPDATE campaign c SET status = 'finished'
     WHERE c.status = 'running'
       AND NOT EXISTS (SELECT 1 FROM campaign_debtor cd
                        WHERE cd.campaign_id = c.id AND cd.state <> 'done')
    RETURNING c.id, c.name, c.version
    """
)


async def free_leases(connection: AsyncConnection, *, all_held: bool) -> int:
    """Give back debtors with no call open whose lease ran out, or any lease; how many."""
    return (await connection.execute(_FREED, {"all_held": all_held})).rowcount


async def finish_campaigns(connection: AsyncConnection) -> list[str]:
    """Close running campaigns whose every debtor had its turn; their names."""
    rows = list(await connection.execute(_FINISHED))
    was, now = {"status": "running"}, {"status": "finished"}
    for row in rows:
        await remember(connection, row.id, row.version, None, was, now)
    return [row.name for row in rows]
