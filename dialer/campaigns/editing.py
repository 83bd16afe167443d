"""A campaign as several supervisors see and change it.

Each change by a person raises `version`. Who saves a form made from an older one is told
what the others changed meanwhile and by whom, and nothing is overwritten.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.store import CreditorRow
from cobranca.people import audit
from cobranca.people.principal import Principal
from dialer.answering.answer import DEFAULT, SETTING, Mode, mode_of
from dialer.calls.store import AttemptRow
from dialer.campaigns.changes import remember
from dialer.campaigns.errors import CampaignError, NoCampaign
from dialer.campaigns.filling import FILLING, fill_or_promise
from dialer.campaigns.filter import DebtorFilter
from dialer.campaigns.running import policy_with
from dialer.campaigns.service import name_taken, set_status
from dialer.campaigns.store import CampaignProgressRow, CampaignRow

LIST_IS_FIXED = "A lista só muda antes da primeira chamada da campanha; crie outra."
RUNS = "Pause a campanha antes de mudar quem entra na lista."
IS_FILLED = "A lista ainda está sendo montada: espere terminar, ou pare a campanha."
DAY_S, MONTH_S = 86_400, 30 * 86_400
NEWEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a supervisor sets; durations in seconds, `target` a share 0..1."""

    name: str
    mode: str
    target: float
    max_attempts: int
    ring_timeout_s: float
    threshold_s: float
    wrap_up_s: float
    machines: Mode | None = None  # None: as it is; in a new campaign nobody listens

    @property
    def policy(self) -> dict[str, Any]:
        """Of a new campaign."""
        limits = [[self.target, DAY_S], [self.target, MONTH_S]]
        return policy_with(
            {"limits": limits, SETTING: self.machines or DEFAULT},
            mode=self.mode, before=self.target, target=self.target,
        )  # fmt: skip

    @property
    def retries(self) -> dict[str, Any]:
        return {"max_attempts": self.max_attempts}


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign as it is stored. `changed_by` None: a command at the machine.

    `progress` of the worker on its list; `trouble` says why there is none.
    """

    id: UUID
    status: str
    creditor: str
    terms: Terms
    filter: DebtorFilter
    size: int
    progress: dict[str, Any] | None
    trouble: str | None
    version: int
    changed_at: datetime | None
    changed_by: str | None


class CampaignChanged(RuntimeError):
    """Somebody else changed it meanwhile; `now` is what it became."""

    def __init__(self, now: Campaign) -> None:
        super().__init__(now.terms.name)
        self.now = now


async def campaigns(connection: AsyncConnection) -> list[Campaign]:
    """The newest campaigns, those that run first."""
    running = (CampaignRow.status == "running").desc()
    query = _query().order_by(running, CampaignRow.created_at.desc()).limit(NEWEST)
    return [_seen(row) for row in await connection.execute(query)]


async def campaign(connection: AsyncConnection, number: UUID) -> Campaign:
    """Raises NoCampaign."""
    row = (await connection.execute(_query().where(CampaignRow.id == number))).first()
    if row is None:
        raise NoCampaign(str(number))
    return _seen(row)


async def edit(
    connection: AsyncConnection,
    number: UUID,
    version: int,
    terms: Terms,
    wanted: DebtorFilter,
    who: Principal,
) -> Campaign:
    """Change a campaign; its list too, as long as none of it was called.

    A list that takes long is left to the worker: the campaign is `filling` then. The
    caller commits. Raises NoCampaign, CampaignChanged, CampaignError.
    """
    lock = select(CampaignRow.id).where(CampaignRow.id == number)
    await connection.execute(lock.with_for_update(key_share=True))
    before = await campaign(connection, number)
    if before.version != version:
        raise CampaignChanged(before)
    if before.status == FILLING:
        raise CampaignError(IS_FILLED)
    terms = replace(terms, machines=terms.machines or before.terms.machines)
    await _store(connection, before, terms, wanted, who)
    was, now = asdict(before.terms), asdict(terms)
    await remember(connection, number, version + 1, who, was, now)
    if wanted != before.filter or before.size == 0:
        await _refill(connection, before, wanted)
    after = await campaign(connection, number)
    await audit.record(
        connection, who, action="campaign.edit", subject=("campaign", number),
        detail={"name": terms.name, "version": after.version},
    )  # fmt: skip
    return after


async def put_status(
    connection: AsyncConnection, number: UUID, status: str, who: Principal
) -> Campaign:
    """Start, pause or stop by id. Raises NoCampaign, CampaignError."""
    name = (await campaign(connection, number)).terms.name
    await set_status(connection, name, status, who)
    return await campaign(connection, number)


async def _store(
    connection: AsyncConnection,
    before: Campaign,
    terms: Terms,
    wanted: DebtorFilter,
    who: Principal,
) -> None:
    policy = select(CampaignRow.policy).where(CampaignRow.id == before.id)
    stored = (await connection.execute(policy)).scalar_one()
    statement = (
        update(CampaignRow)
        .where(CampaignRow.id == before.id)
        .values(
            name=terms.name,
            creditor_id=wanted.creditor,
            policy=policy_with(
                {**stored, SETTING: terms.machines},
                mode=terms.mode,
                before=before.terms.target,
                target=terms.target,
            ),
            retries=CampaignRow.retries.op("||")(terms.retries),
            ring_timeout_s=terms.ring_timeout_s,
            threshold_s=terms.threshold_s,
            wrap_up_s=terms.wrap_up_s,
            filter=wanted.model_dump(mode="json"),
            version=before.version + 1,
            changed_at=datetime.now(UTC),
            changed_by=who.name,
        )
    )
    try:
        async with connection.begin_nested():
            await connection.execute(statement)
    except IntegrityError as error:
        raise name_taken(error, terms.name) from error


async def _refill(
    connection: AsyncConnection, before: Campaign, wanted: DebtorFilter
) -> None:
    """A running one is paused first: its pacing must not wait for a list."""
    called = select(exists().where(AttemptRow.campaign_id == before.id))
    if await connection.scalar(called):
        raise CampaignError(LIST_IS_FIXED)
    if before.status == "running":
        raise CampaignError(RUNS)
    await fill_or_promise(connection, before.id, before.version + 1, wanted)


def _query() -> Any:
    named = CreditorRow.name.label("creditor")
    return (
        select(CampaignRow.__table__, named, CampaignProgressRow.progress)
        .join(CreditorRow, CreditorRow.id == CampaignRow.creditor_id)
        .outerjoin(
            CampaignProgressRow,
            and_(
                CampaignProgressRow.campaign_id == CampaignRow.id,
                CampaignRow.status == FILLING,
            ),
        )
    )


def _seen(row: Row[Any]) -> Campaign:
    limits = row.policy.get("limits") or [[0.025, DAY_S]]
    return Campaign(
        id=row.id,
        status=row.status,
        creditor=row.creditor,
        terms=Terms(
            name=row.name,
            mode=row.policy.get("mode", "predictive"),
            target=float(limits[0][0]),
            max_attempts=int(row.retries.get("max_attempts", 5)),
            ring_timeout_s=row.ring_timeout_s,
            threshold_s=row.threshold_s,
            wrap_up_s=row.wrap_up_s,
            machines=mode_of(row.policy),
        ),
        filter=DebtorFilter.model_validate({"creditor": row.creditor_id} | row.filter),
        size=row.size,
        progress=row.progress,
        trouble=row.trouble,
        version=row.version,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
