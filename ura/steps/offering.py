"""Offers of the one engine: what may be had, and what comes nearest to a wish.

What is read out is stored first, with the policy's version that allows it, and only that
can be accepted.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements import service
from cobranca.agreements.offer import Offer
from cobranca.agreements.policy import Authority, Channel
from cobranca.agreements.service import Asking, NothingToNegotiate
from cobranca.agreements.simulation import AbsurdWish, Simulation, Wishes
from ura.dialogue.amounts import amount_in_words
from ura.dialogue.calendar_days import next_day
from ura.dialogue.dates import date_in_words, day_in_words
from ura.dialogue.numbers import in_words
from ura.steps.case import ORIGIN, Case, Result, Slots

_NONE: Result = ("none", {})


def asking(case: Case) -> Asking:
    return Asking(
        debts=tuple(debt.id for debt in case.debts),
        channel=Channel.URA,
        authority=Authority.ROBOT,
        on=case.today,
        by=ORIGIN,
    )


async def make_offers(case: Case, slots: Slots) -> Result:
    """Say what there is, without a wish."""
    if not case.debts:
        return _NONE
    async with case.means.engine.connect() as connection:
        try:
            _, found = await service.offers(connection, asking(case), Wishes())
        except NothingToNegotiate:
            return _NONE
    cash = [offer for offer in found.offers if len(offer.payments) == 1]
    most = max((len(offer.payments) for offer in found.offers), default=0)
    if not cash:
        return ("parts", {"most": most}) if most else _NONE
    told: Slots = {"cash": cash[0].total, "cash_due": cash[0].payments[0].due_on}
    return ("both", {**told, "most": most}) if most > 1 else ("cash", told)


async def take_cash(case: Case, slots: Slots) -> Result:
    return await _wished(case, Wishes(instalments=1))


async def fit_count(case: Case, slots: Slots) -> Result:
    return await _wished(case, Wishes(instalments=_int(slots, "count"), day=_day(slots)))


async def fit_monthly(case: Case, slots: Slots) -> Result:
    monthly = slots["monthly"]
    if not isinstance(monthly, Decimal):
        raise AssertionError("no amount")
    return await _wished(case, Wishes(monthly=monthly, day=_day(slots)))


async def fit_day(case: Case, slots: Slots) -> Result:
    """Another day for what was just read out."""
    day = _int(slots, "day")
    if case.wishes.instalments == 1:
        due = next_day(case.today, day)
        return await _wished(case, replace(case.wishes, first_due=due))
    return await _wished(case, replace(case.wishes, day=day))


def _int(slots: Slots, name: str) -> int:
    found = slots[name]
    if not isinstance(found, int):
        raise AssertionError(name)
    return found


def _day(slots: Slots) -> int | None:
    return _int(slots, "day") if "day" in slots else None


async def _wished(case: Case, wishes: Wishes) -> Result:
    async with case.means.engine.begin() as connection:
        try:
            return await _proposed(connection, case, wishes)
        except (NothingToNegotiate, AbsurdWish):
            return _NONE


async def _proposed(connection: AsyncConnection, case: Case, wishes: Wishes) -> Result:
    asked = asking(case)
    found, made = await service.offers(connection, asked, wishes)
    best = _best(made)
    if best is None:
        return _NONE
    case.offer = await service.offer(connection, asked, found, best, at=case.now)
    case.wishes = wishes
    return "proposal" if made.offers else "nearest", {
        "proposal": in_speech(best),
        "total": best.total,
        "first": best.payments[0].amount,
        "first_due": best.payments[0].due_on,
    }


def _best(made: Simulation) -> Offer | None:
    return next(iter((*made.offers, *made.counters)), None)


def in_speech(offer: Offer) -> str:
    """Say an offer as one says it: how often, how much, when."""
    first = offer.payments[0]
    due = date_in_words(first.due_on)
    if len(offer.payments) == 1:
        return f"à vista, {amount_in_words(first.amount)}, até {due}"
    rest = offer.payments[1:]
    each = amount_in_words(rest[0].amount)
    begins = f"em {due}"
    if first.amount != rest[0].amount:
        entry = amount_in_words(first.amount)
        times = in_words(len(rest), feminine=True)
        return f"entrada de {entry} {begins}, e mais {times} de {each}"
    times = in_words(len(offer.payments), feminine=True)
    same_day = day_in_words(rest[0].due_on.day)
    return f"{times} parcelas de {each}, a primeira {begins}, e as outras no dia {same_day}"
