"""What a campaign lets follow when a machine answers, as a supervisor sets it.

In the same versions as the campaign's other terms (see `campaigns.pacing_settings`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people import audit
from cobranca.people.principal import Principal
from dialer.answering.answer import SETTING, Mode, mode_of
from dialer.campaigns.changes import remember
from dialer.campaigns.errors import NoCampaign
from dialer.campaigns.store import CampaignRow


async def mode_of_campaign(connection: AsyncConnection, campaign: UUID) -> Mode:
    """Raises NoCampaign."""
    query = select(CampaignRow.policy).where(CampaignRow.id == campaign)
    row = (await connection.execute(query)).first()
    if row is None:
        raise NoCampaign(str(campaign))
    return mode_of(row.policy)


async def put_mode(
    connection: AsyncConnection, campaign: UUID, mode: Mode, who: Principal
) -> None:
    """Set it for calls that are placed from now on. The caller commits.

    Raises NoCampaign.
    """
    lock = select(CampaignRow.name, CampaignRow.policy, CampaignRow.version)
    query = lock.where(CampaignRow.id == campaign).with_for_update(key_share=True)
    row = (await connection.execute(query)).first()
    if row is None:
        raise NoCampaign(str(campaign))
    before = mode_of(row.policy)
    if before == mode:
        return
    changed = {
        "policy": {**row.policy, SETTING: mode},
        "version": row.version + 1,
        "changed_at": datetime.now(UTC),
        "changed_by": who.name,
    }
    await connection.execute(
        update(CampaignRow).where(CampaignRow.id == campaign).values(changed)
    )
    await remember(
        connection, campaign, row.version + 1, who, {SETTING: before}, {SETTING: mode}
    )
    await audit.record(
        connection, who, action="campaign.machines", subject=("campaign", campaign),
        detail={"name": row.name, "mode": mode},
    )  # fmt: skip
