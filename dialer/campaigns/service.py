"""Use cases of a campaign: make one from a filter, start, pause, stop, look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.store import CreditorRow, PortfolioRow
from cobranca.people import audit
from cobranca.people.principal import Principal
from dialer.calls.store import AttemptRow
from dialer.campaigns.changes import remember
from dialer.campaigns.errors import CampaignError
from dialer.campaigns.filling import fill, fill_or_promise
from dialer.campaigns.filter import DebtorFilter
from dialer.campaigns.lifecycle import NotPossible, Status, Wish, after
from dialer.campaigns.store import CampaignRow
from foundation.ids import uuid7

FIRST_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCampaign:
    """What a campaign is made of; durations in seconds."""

    name: str
    creditor: str = ""  # by name; with `filter`, that one counts
    portfolio: str | None = None
    chosen: Mapping[str, Any] = field(default_factory=dict)  # more of DebtorFilter's fields
    filter: DebtorFilter | None = None
    policy: Mapping[str, Any]
    retries: Mapping[str, Any]
    caller_id: str = ""  # none: the route's
    ring_timeout_s: float = 30.0
    threshold_s: float = 2.0
    wrap_up_s: float = 30.0


async def create(
    connection: AsyncConnection, new: NewCampaign, who: Principal | None = None
) -> int:
    """Make a draft campaign; returns how many debtors. See `create_campaign`."""
    number = await create_campaign(connection, new, who)
    size = select(CampaignRow.size).where(CampaignRow.id == number)
    return (await connection.execute(size)).scalar_one()


async def create_campaign(
    connection: AsyncConnection, new: NewCampaign, who: Principal | None = None
) -> UUID:
    """Make a draft campaign over the open debts that its filter finds; returns its id.

    The caller commits. Raises CampaignError: unknown creditor or portfolio, name taken,
    nobody to call.
    """
    wanted = new.filter or await _filter_of(connection, new)
    campaign = uuid7()
    await _insert(connection, new, campaign, wanted, who)
    await fill(connection, campaign, wanted)
    return campaign


async def order_campaign(
    connection: AsyncConnection, new: NewCampaign, key: str | None, who: Principal
) -> UUID:
    """Make a campaign for somebody who waits: a long list is left to the worker.

    The same `key` of the same person again is the same campaign. The caller commits.
    Raises CampaignError as `create_campaign` does.
    """
    key = f"{who.user_id}:{key}" if key else None
    campaign, wanted = uuid7(), new.filter or await _filter_of(connection, new)
    try:
        await _insert(connection, new, campaign, wanted, who, key)
    except CampaignError:
        if (same := await _ordered(connection, key)) is None:
            raise
        return same
    await fill_or_promise(connection, campaign, FIRST_VERSION, wanted)
    return campaign


async def _ordered(connection: AsyncConnection, key: str | None) -> UUID | None:
    if key is None:
        return None
    return await _id_of(
        connection, select(CampaignRow.id).where(CampaignRow.order_key == key)
    )


async def _filter_of(connection: AsyncConnection, new: NewCampaign) -> DebtorFilter:
    """The filter that names a creditor, perhaps one of its portfolios."""
    creditor = await _id_of(
        connection, select(CreditorRow.id).where(CreditorRow.name == new.creditor)
    )
    if creditor is None:
        creditors = (await connection.execute(select(CreditorRow.name))).scalars().all()
        like = _like(new.creditor, list(creditors)) or "; importe devedores antes"
        raise CampaignError(f"Credor «{new.creditor}» não existe{like}.")
    portfolio = None
    if new.portfolio is not None:
        portfolio = await _id_of(
            connection,
            select(PortfolioRow.id).where(
                PortfolioRow.name == new.portfolio, PortfolioRow.creditor_id == creditor
            ),
        )
        if portfolio is None:
            raise CampaignError(f"Carteira «{new.portfolio}» não existe neste credor.")
    return DebtorFilter(creditor=creditor, portfolio=portfolio, **new.chosen)


async def _insert(
    connection: AsyncConnection,
    new: NewCampaign,
    campaign: UUID,
    wanted: DebtorFilter,
    who: Principal | None,
    order_key: str | None = None,
) -> None:
    now = datetime.now(UTC)
    row = {
        "id": campaign,
        "name": new.name,
        "creditor_id": wanted.creditor,
        "status": "draft",
        "policy": dict(new.policy),
        "caller_id": new.caller_id,
        "ring_timeout_s": new.ring_timeout_s,
        "threshold_s": new.threshold_s,
        "wrap_up_s": new.wrap_up_s,
        "retries": dict(new.retries),
        "created_at": now,
        "filter": wanted.model_dump(mode="json"),
        "size": 0,
        "version": FIRST_VERSION,
        "changed_at": now,
        "changed_by": who.name if who else None,
        "order_key": order_key,
    }
    try:
        async with connection.begin_nested():
            await connection.execute(insert(CampaignRow), row)
    except IntegrityError as error:
        raise name_taken(error, new.name) from error
    await audit.record(
        connection, who, action="campaign.create", subject=("campaign", campaign),
        detail={"name": new.name},
    )  # fmt: skip


def name_taken(error: IntegrityError, name: str) -> CampaignError:
    """What a refused row means to a person: the name, or a creditor that is gone."""
    if "uq_campaign_name" in str(error.orig):
        return CampaignError(f"Já existe uma campanha «{name}».")
    return CampaignError("O credor ou a carteira não existe mais.")


async def _id_of(connection: AsyncConnection, query: Any) -> UUID | None:
    found: UUID | None = (await connection.execute(query)).scalar_one_or_none()
    return found


STATUS_WORDS = {
    "filling": "com a lista sendo montada",
    "draft": "em rascunho",
    "running": "em andamento",
    "paused": "pausada",
    "stopped": "parada",
    "finished": "terminada",
}
OUTCOME_WORDS = {
    "answered": "atendida",
    "busy": "ocupado",
    "no_answer": "não atende",
    "invalid_number": "número inválido",
    "rejected": "recusada",
    "congestion": "congestionamento",
    "carrier_silent": "operadora sem resposta",
    "cancelled": "cancelada",
    "switch_lost": "perdida na central",
    "not_sent": "não enviada",
}
NO_LIST = "A campanha «{name}» não tem lista: mude o filtro e salve antes de iniciar."


async def set_status(
    connection: AsyncConnection, name: str, status: str, who: Principal | None = None
) -> bool:
    """Start (`running`), pause or stop; False when it was so already, which is fine.

    Stopping one whose list is being filled ends that too.

    Once this is committed no new call of a paused or stopped campaign leaves; those in
    progress end as they would. Raises CampaignError: unknown campaign, or one that is
    finished.
    """
    query = select(
        CampaignRow.id, CampaignRow.status, CampaignRow.size, CampaignRow.version
    )
    named = query.where(CampaignRow.name == name)
    # not the key: whoever fills the list holds that, and a stop must not wait for him
    current = (await connection.execute(named.with_for_update(key_share=True))).first()
    if current is None:
        raise await _unknown(connection, name)
    if current.status == status:
        return False
    try:
        after(Status(current.status), Wish(status))
    except NotPossible:
        is_now = STATUS_WORDS[current.status]
        message = f"Campanha «{name}» está {is_now}: isso não é possível."
        raise CampaignError(message) from None
    if status == "running" and current.size == 0:
        raise CampaignError(NO_LIST.format(name=name))
    await connection.execute(
        update(CampaignRow)
        .where(CampaignRow.id == current.id)
        .values(
            status=status,
            version=CampaignRow.version + 1,
            changed_at=datetime.now(UTC),
            changed_by=who.name if who else None,
        )
    )
    was, now = {"status": current.status}, {"status": status}
    await remember(connection, current.id, current.version + 1, who, was, now)
    await audit.record(
        connection, who, action=f"campaign.{status}", subject=("campaign", current.id),
        detail={"name": name, "was": current.status},
    )  # fmt: skip
    return True


async def _unknown(connection: AsyncConnection, name: str) -> CampaignError:
    like = _like(name, [known for known, _ in await names(connection)])
    return CampaignError(f"Campanha «{name}» não existe{like}.")


def _like(wanted: str, known: list[str]) -> str:
    """The name that was perhaps meant, as the rest of a sentence."""
    folded = {each.casefold(): each for each in known}
    close = get_close_matches(wanted.casefold(), folded, 1)
    return f"; seria «{folded[close[0]]}»?" if close else ""


async def look(connection: AsyncConnection, name: str) -> dict[str, Any]:
    """Figures of one campaign: status, attempts by outcome, the list by state."""
    query = select(CampaignRow.id, CampaignRow.status).where(CampaignRow.name == name)
    row = (await connection.execute(query)).first()
    if row is None:
        raise await _unknown(connection, name)
    outcomes = await connection.execute(
        select(AttemptRow.outcome, func.count(), func.count(AttemptRow.bridged_at))
        .where(AttemptRow.campaign_id == row.id)
        .group_by(AttemptRow.outcome)
    )
    counted = {r[0] or "open": (r[1], r[2]) for r in outcomes}
    states = await connection.execute(
        text(
            "SELECT state, count(*) FROM campaign_debtor WHERE campaign_id = :c GROUP BY 1"
        ),
        {"c": row.id},
    )
    abandoned = await connection.execute(
        select(func.count()).where(AttemptRow.campaign_id == row.id, AttemptRow.abandoned)
    )
    machines = await connection.execute(
        select(func.count()).where(
            AttemptRow.campaign_id == row.id, AttemptRow.answered_by == "machine"
        )
    )
    return {
        "name": name,
        "status": row.status,
        "open": counted.get("open", (0, 0))[0],
        "outcomes": {k: v[0] for k, v in sorted(counted.items()) if k != "open"},
        "bridged": sum(v[1] for v in counted.values()),
        "abandoned": abandoned.scalar_one(),
        "machines": machines.scalar_one(),
        "debtors": {r[0]: r[1] for r in states},
        "refused": await _refused(connection, row.id),
    }


async def _refused(connection: AsyncConnection, campaign: UUID) -> dict[str, int]:
    """Debtors who were never rung, by the rule that forbade it last."""
    never_rung = text(
        "SELECT rule, count(*) FROM ("
        " SELECT DISTINCT ON (v.debtor_id) v.rule FROM campaign_debtor d"
        " JOIN verdict v USING (debtor_id)"
        " WHERE d.campaign_id = :campaign AND d.state <> 'ready' AND NOT v.allowed"
        " AND NOT EXISTS (SELECT FROM attempt a"
        "  WHERE a.campaign_id = d.campaign_id AND a.debtor_id = d.debtor_id)"
        " ORDER BY v.debtor_id, v.asked_at DESC) last GROUP BY rule ORDER BY rule"
    )
    found = await connection.execute(never_rung, {"campaign": campaign})
    return {r[0]: r[1] for r in found}


async def names(connection: AsyncConnection) -> list[tuple[str, str]]:
    """All campaigns with their status, the newest first."""
    query = select(CampaignRow.name, CampaignRow.status).order_by(
        CampaignRow.created_at.desc()
    )
    return [(r.name, r.status) for r in await connection.execute(query)]
