"""What a supervisor sets about a campaign's pace, as several supervisors see and change it.

The same versions as the campaign's other terms: who saves from an older one is told what
it became, and nothing is overwritten.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people import audit
from cobranca.people.principal import Principal
from dialer.campaigns.changes import remember
from dialer.campaigns.errors import CampaignError, NoCampaign
from dialer.campaigns.running import DEFAULT_LIMITS, parse_policy
from dialer.campaigns.store import CampaignRow
from dialer.pacing import BadPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Shares 0..1, windows in seconds; `ratio` is calls per free agent, in that mode."""

    mode: str
    limits: tuple[tuple[float, float], ...]
    ratio: float | None = None
    countdown_s: float | None = None  # of a preview
    max_cps: float | None = None
    max_lines: int | None = None
    inbound_target: tuple[float, float] | None = None
    scored: bool = False  # go by the chances that lists told
    priority: int = 0

    @property
    def policy(self) -> dict[str, Any]:
        """As it is stored; what is not set is left out."""
        told = {name: value for name, value in asdict(self).items() if value is not None}
        del told["priority"]
        told["limits"] = [list(limit) for limit in self.limits]
        if self.inbound_target is not None:
            told["inbound_target"] = list(self.inbound_target)
        return told

    def shown(self) -> dict[str, Any]:
        """As the history keeps it."""
        return {**dict.fromkeys(_OF_POLICY), **self.policy, "priority": self.priority}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The pace of a campaign, of which version it is and by whom."""

    id: UUID
    name: str
    status: str
    pace: Pace
    version: int
    changed_at: datetime | None
    changed_by: str | None


class PaceChanged(RuntimeError):
    """Somebody else changed the campaign meanwhile; `now` is what it became."""

    def __init__(self, now: Stored) -> None:
        super().__init__(now.name)
        self.now = now


_OF_POLICY = (
    "mode", "limits", "ratio", "countdown_s", "max_cps", "max_lines", "inbound_target",
    "scored",
)  # fmt: skip

IMPOSSIBLE = "Este ritmo não é possível: confira o modo, a razão e os limites."


async def pace_of(connection: AsyncConnection, campaign: UUID) -> Stored:
    """Raises NoCampaign."""
    query = select(CampaignRow.__table__).where(CampaignRow.id == campaign)
    row = (await connection.execute(query)).first()
    if row is None:
        raise NoCampaign(str(campaign))
    return _stored(row)


async def put_pace(
    connection: AsyncConnection, campaign: UUID, version: int, pace: Pace, who: Principal
) -> Stored:
    """Change it; the dialer follows within a second. The caller commits.

    Raises NoCampaign, PaceChanged, CampaignError.
    """
    lock = select(CampaignRow.__table__).where(CampaignRow.id == campaign)
    row = (await connection.execute(lock.with_for_update(key_share=True))).first()
    if row is None:
        raise NoCampaign(str(campaign))
    before = _stored(row)
    if before.version != version:
        raise PaceChanged(before)
    kept = {name: value for name, value in row.policy.items() if name not in _OF_POLICY}
    policy = kept | pace.policy
    try:
        parse_policy(policy, row.threshold_s)
    except (BadPolicy, TypeError, ValueError) as error:
        raise CampaignError(IMPOSSIBLE) from error
    await connection.execute(
        update(CampaignRow)
        .where(CampaignRow.id == campaign)
        .values(
            policy=policy,
            priority=pace.priority,
            version=version + 1,
            changed_at=datetime.now(UTC),
            changed_by=who.name,
        )
    )
    was, now = before.pace.shown(), pace.shown()
    await remember(connection, campaign, version + 1, who, was, now)
    await audit.record(
        connection, who, action="campaign.pace", subject=("campaign", campaign),
        detail={"name": before.name, "version": version + 1},
    )  # fmt: skip
    return await pace_of(connection, campaign)


def _stored(row: Row[Any]) -> Stored:
    policy = dict(row.policy)
    inbound = policy.get("inbound_target")
    limits = policy.get("limits") or DEFAULT_LIMITS
    return Stored(
        id=row.id,
        name=row.name,
        status=row.status,
        pace=Pace(
            mode=policy.get("mode", "predictive"),
            limits=tuple((float(share), float(window)) for share, window in limits),
            ratio=policy.get("ratio"),
            countdown_s=policy.get("countdown_s"),
            max_cps=policy.get("max_cps"),
            max_lines=policy.get("max_lines"),
            inbound_target=None if inbound is None else (inbound[0], inbound[1]),
            scored=bool(policy.get("scored")),
            priority=row.priority,
        ),
        version=row.version,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
