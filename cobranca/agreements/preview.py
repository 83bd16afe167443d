"""What a policy would do to last month's base, before it is published.

Takes debts that were open at the end of last month, evenly over all of them and always
the same ones, and asks the engine what each would be offered by the policies in force and
by those with the new one in place of its older versions. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.offer import Situation
from cobranca.agreements.policy import Authority, Channel, Policy
from cobranca.agreements.publishing import policies
from cobranca.agreements.simulation import Wishes, simulate
from cobranca.debtors.store import CreditorRow
from cobranca.debts.accounts import CHARGES, ZERO, Account
from cobranca.debts.service import Known, indices, known
from cobranca.debts.store import ContractRow, DebtRow

SAMPLE = 300  # debts that are looked at, at most
_CHARGED = (*CHARGES, Account.FEES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What the sample would be offered. Shares are 0..1; amounts are means, in reais."""

    offered: int  # debts that would get any offer
    cash: int  # of them, one to be paid at once
    mean_discount: Decimal  # the greatest share of what is owed, over those offered
    mean_price: Decimal  # of the cheapest offer
    mean_monthly: Decimal  # of the offer with the smallest instalment
    most_instalments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`lost`: debts that would be offered nothing any more; `gained`: the other way."""

    on: date
    base: int
    sample: int
    now: Effect
    then: Effect
    lost: int
    gained: int


async def preview(
    connection: AsyncConnection,
    draft: Policy,
    today: date,
    *,
    channel: Channel = Channel.DESK,
    authority: Authority = Authority.AGENT,
    sample: int = SAMPLE,
) -> Preview:
    """Return the effect of a draft. Raises UnknownIndex, MonthNotInTable."""
    on = today.replace(day=1) - timedelta(days=1)
    base, names = await _base(connection, draft, on, sample)
    tables = await indices(connection)
    published = list((await policies(connection, today)).values())
    others = [policy for policy in published if policy.code != draft.code]
    # a version is in force on its own days: here it is asked as if it were on that one
    asked = draft.model_copy(update={"valid_from": min(draft.valid_from, on)})
    before = [one.model_copy(update={"valid_from": on}) for one in published]
    beside = [one.model_copy(update={"valid_from": on}) for one in others]
    now, then = [], []
    for name in names:
        situation = _situation(
            await known(connection, name, tables=tables), on, channel, authority
        )
        if situation is None:
            continue
        now.append(_best(before, situation))
        then.append(_best([*beside, asked], situation))
    pairs = list(zip(now, then, strict=True))
    return Preview(
        on=on,
        base=base,
        sample=len(pairs),
        now=_effect(now),
        then=_effect(then),
        lost=sum(a is not None and b is None for a, b in pairs),
        gained=sum(a is None and b is not None for a, b in pairs),
    )


async def _base(
    connection: AsyncConnection, draft: Policy, on: date, sample: int
) -> tuple[int, Sequence[UUID]]:
    wanted: list[Any] = [DebtRow.status == "open", func.date(DebtRow.created_at) <= on]
    if draft.creditors:
        wanted.append(CreditorRow.name.in_(draft.creditors))
    joined = (
        select(DebtRow.id)
        .join(ContractRow, ContractRow.id == DebtRow.contract_id)
        .join(CreditorRow, CreditorRow.id == ContractRow.creditor_id)
        .where(*wanted)
    )
    count = await connection.scalar(select(func.count()).select_from(joined.subquery()))
    query = joined.order_by(func.md5(cast(DebtRow.id, Text))).limit(sample)
    return int(count or 0), list((await connection.execute(query)).scalars())


def _situation(
    debt: Known, on: date, channel: Channel, authority: Authority
) -> Situation | None:
    """None: nothing was owed then."""
    balance = debt.on(on)
    if balance.total <= 0:
        return None
    dues = [part.due_on for part in debt.ledger.positions if part.total > 0]
    return Situation(
        on=on,
        creditor=debt.creditor,
        owed=balance.total,
        charges=sum((balance.owed[account] for account in _CHARGED), ZERO),
        days_late=max(0, (on - min(dues, default=on)).days),
        segment=debt.segment,
        channel=channel,
        authority=authority,
    )


@dataclass(frozen=True, slots=True)
class _Best:
    """Of one debt: the greatest discount, the cheapest price, the smallest instalment."""

    discount: Decimal
    price: Decimal
    monthly: Decimal
    instalments: int
    cash: bool


def _best(published: Sequence[Policy], situation: Situation) -> _Best | None:
    offers = simulate(published, situation, Wishes()).offers
    if not offers:
        return None
    return _Best(
        discount=max(offer.discount for offer in offers) / situation.owed,
        price=min(offer.total for offer in offers),
        monthly=min(offer.payments[-1].amount for offer in offers),
        instalments=max(len(offer.payments) for offer in offers),
        cash=any(len(offer.payments) == 1 for offer in offers),
    )


def _effect(found: Sequence[_Best | None]) -> Effect:
    best = [one for one in found if one is not None]
    return Effect(
        offered=len(best),
        cash=sum(one.cash for one in best),
        mean_discount=_mean([one.discount for one in best], "0.0001"),
        mean_price=_mean([one.price for one in best], "0.01"),
        mean_monthly=_mean([one.monthly for one in best], "0.01"),
        most_instalments=max((one.instalments for one in best), default=0),
    )


def _mean(values: Sequence[Decimal], exact: str) -> Decimal:
    if not values:
        return Decimal(0)
    return (sum(values, Decimal(0)) / len(values)).quantize(Decimal(exact))
