"""What the call is about: which creditor's, which debt, what was paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance import ledger
from cobranca.compliance.reasons import Entry
from cobranca.compliance.rulebook import reasons_in_force
from cobranca.debts.accounts import ZERO
from cobranca.debts.facts import Paid
from cobranca.portal.overview import AgreementSeen, DebtSeen
from ura.dialogue.amounts import amount_in_words
from ura.dialogue.digits import dictated
from ura.dialogue.numbers import in_words
from ura.steps.case import ORIGIN, Case, Result, Slots
from ura.steps.topics import (
    Topic,
    closed_to,
    due_of,
    missed_by,
    next_day_of,
    owed_of,
    topics_of,
)

RECENT = timedelta(days=30)  # a payment that "I have paid" may mean
CONFIRMING = "payment_confirming"
ENDING = 4  # characters of a contract's number that tell it from another
MOST_CHOICES = 9  # one key each


async def find_matter(case: Case, slots: Slots) -> Result:
    """What is open comes before what was agreed.

    Of several creditors the one who called in vain comes first, then the one whose number
    was called; where neither says, and when he wants something else, the caller chooses.
    """
    async with case.means.engine.connect() as connection:
        found = await topics_of(connection, case)
        missed = None if case.topics_told else await missed_by(connection, case)
        shown = None if case.topics_told else case.creditor
    case.topics_told = True
    for creditor in (missed, shown):
        wanted = next((one for one in found if one.creditor.id == creditor), None)
        if wanted is not None:
            result, told = _take(case, wanted)
            returned = result == "debt" and creditor == missed
            return ("returned" if returned else result), told
    open_ones = [topic for topic in found if topic.debts] or found
    if not open_ones:
        return await _nothing(case)
    if len(open_ones) == 1:
        return _take(case, open_ones[0])
    return "several", {"choices": _numbered([topic.creditor.name for topic in found])}


async def _nothing(case: Case) -> Result:
    """Nothing that is collected; what was closed is not denied."""
    async with case.means.engine.connect() as connection:
        creditors = await closed_to(connection, case)
    return ("closed", {"creditor": _listed(creditors)}) if creditors else ("nothing", {})


def _listed(names: Sequence[str]) -> str:
    """`Loja Azul, Banco Verde e Casa Rosa`."""
    *others, last = names
    return f"{', '.join(others)} e {last}" if others else last


async def find_errand(case: Case, slots: Slots) -> Result:
    """Why we called: a day of his agreement that comes or has passed, else what is open.

    It is the matter of the campaign's creditor, and of nobody else.
    """
    async with case.means.engine.connect() as connection:
        found = await topics_of(connection, case)
    case.topics_told = True
    own = next((one for one in found if one.creditor.id == case.creditor), None)
    if own is None:
        return "nothing", {}
    result, told = _take(case, own)
    if result == "debt":
        return "debt", told
    due = told["agreement_due"]
    late = isinstance(due, date) and due < case.today
    return ("notice" if late else "reminder"), told


async def begin_payment(case: Case, slots: Slots) -> Result:
    """What an agent sent him here to pay, unless it is paid already."""
    async with case.means.engine.connect() as connection:
        found = await topics_of(connection, case)
    for topic in found:
        own = [debt for debt in topic.debts if debt.id == case.to_pay]
        if own:
            return "debt", _in_hand(case, own)
        for agreement in topic.agreements:
            if agreement.id == case.to_pay:
                return "agreement", _agreed(case, agreement)
    return "nothing", {}


async def pick_creditor(case: Case, slots: Slots) -> Result:
    """The number that he said, of the list that he heard."""
    async with case.means.engine.connect() as connection:
        found = await topics_of(connection, case)
    at = _chosen(slots, len(found))
    return ("none", {}) if at is None else _take(case, found[at])


def _take(case: Case, topic: Topic) -> Result:
    if topic.debts:
        return "debt", _in_hand(case, topic.debts)
    return "agreement", _agreed(case, topic.agreements[0])


def _in_hand(case: Case, debts: Sequence[DebtSeen]) -> Slots:
    case.debts, case.agreement = tuple(debts), None
    case.in_hand = debts[0].creditor.id
    case.owed = sum((owed_of(case, debt) for debt in debts), ZERO)
    return {"owed": case.owed, "creditor": debts[0].creditor.name}


def _agreed(case: Case, agreement: AgreementSeen) -> Slots:
    case.agreement, case.in_hand = agreement.id, agreement.creditor.id
    case.debts = ()
    return {"agreement_left": due_of(agreement), "agreement_due": next_day_of(agreement)}


async def list_debts(case: Case, slots: Slots) -> Result:
    """Each debt of the creditor in hand by itself."""
    debts = await _debts(case)
    if len(debts) < 2:
        return "one", {}
    return "several", {"choices": _numbered([_named(case, debt) for debt in debts])}


async def pick_debt(case: Case, slots: Slots) -> Result:
    debts = await _debts(case)
    at = _chosen(slots, len(debts))
    return ("none", {}) if at is None else ("debt", _in_hand(case, [debts[at]]))


async def _debts(case: Case) -> list[DebtSeen]:
    """All of the creditor in hand, also those that were set aside."""
    creditors = {debt.creditor.id for debt in case.debts}
    async with case.means.engine.connect() as connection:
        found = await topics_of(connection, case)
    return [d for topic in found if topic.creditor.id in creditors for d in topic.debts]


def _named(case: Case, debt: DebtSeen) -> str:
    ends = "".join(c for c in debt.contract if c.isdigit())[-ENDING:]
    what = debt.product or "contrato"
    number = f", final {dictated(ends).replace(',', '')}" if ends else ""
    return f"{what}{number}, de {amount_in_words(owed_of(case, debt))}"


def _numbered(names: Sequence[str]) -> str:
    """Write choices as they are read out: `um, Loja Azul; dois, Banco Verde`."""
    told = names[:MOST_CHOICES]
    return "; ".join(f"{in_words(n)}, {name}" for n, name in enumerate(told, start=1))


def _chosen(slots: Slots, count: int) -> int | None:
    which = slots["which"]
    if not isinstance(which, int):
        raise AssertionError("no number")
    return which - 1 if 1 <= which <= min(count, MOST_CHOICES) else None


async def find_payment(case: Case, slots: Slots) -> Result:
    """He says that he has paid; what has not come yet is waited for, and not collected."""
    last = last_paid(case, case.debts)
    if last is not None:
        return "came", {"paid": last.amount, "paid_on": last.on}
    async with case.means.engine.begin() as connection:
        await _wait_for_it(connection, case)
    return "not_yet", {}


def last_paid(case: Case, debts: Sequence[DebtSeen]) -> Paid | None:
    """The newest payment of these debts that is recent."""
    paid = [
        fact
        for debt in debts
        for fact in debt.known.facts
        if isinstance(fact, Paid) and fact.on >= case.today - RECENT
    ]
    return max(paid, key=lambda fact: fact.on, default=None)


async def _wait_for_it(connection: AsyncConnection, case: Case) -> None:
    entered = Entry(
        reason=CONFIRMING,
        origin=ORIGIN,
        since=case.contact_now,
        debtor=case.known_debtor(),
        creditor=case.debts[0].creditor.id if case.debts else None,
        proof=f"chamada {case.call}",
    )
    await ledger.enter(connection, reasons_in_force()[CONFIRMING], entered)
