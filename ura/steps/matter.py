"""What the call is about: what is owed, what was agreed, what was paid."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance import ledger
from cobranca.compliance.reasons import Entry
from cobranca.compliance.rulebook import reasons_in_force
from cobranca.debts.accounts import ZERO
from cobranca.debts.facts import Paid
from cobranca.portal.overview import AgreementSeen, DebtSeen, agreements_of, debts_of
from ura.steps.case import ORIGIN, Case, Result, Slots

RECENT = timedelta(days=30)  # a payment that "I have paid" may mean
CONFIRMING = "payment_confirming"


async def find_matter(case: Case, slots: Slots) -> Result:
    """What is open comes before what was agreed; of several creditors a person speaks.

    A number that answers for one creditor is called for what is owed to that one.
    """
    debtor = case.known_debtor()
    async with case.means.engine.connect() as connection:
        debts = await debts_of(connection, debtor)
        agreements = await agreements_of(connection, debtor)
    free = [d for d in debts if d.open and d.agreement is None and _owed(case, d) > 0]
    free = [d for d in free if d.creditor.id == case.creditor] or free
    by_creditor = [
        list(group)
        for _, group in groupby(
            sorted(free, key=lambda debt: debt.creditor.name),
            key=lambda debt: debt.creditor.id,
        )
    ]
    if len(by_creditor) > 1:
        return "several", {}
    if by_creditor:
        case.debts = tuple(by_creditor[0])
        case.owed = sum((_owed(case, debt) for debt in case.debts), ZERO)
        return "debt", {"owed": case.owed, "creditor": case.debts[0].creditor.name}
    return _agreement(case, [one for one in agreements if one.binds])


def _agreement(case: Case, binding: list[AgreementSeen]) -> Result:
    if not binding:
        return "nothing", {}
    open_parts = [part for part in binding[0].parts if part.open > 0]
    if not open_parts:
        return "nothing", {}
    case.agreement = binding[0].id
    left = sum((part.open for part in open_parts), ZERO)
    return "agreement", {"agreement_left": left, "agreement_due": open_parts[0].due_on}


def _owed(case: Case, debt: DebtSeen) -> Decimal:
    return debt.known.on(case.today).total


async def find_payment(case: Case, slots: Slots) -> Result:
    """He says that he has paid; what has not come yet is waited for, and not collected."""
    paid = [
        fact
        for debt in case.debts
        for fact in debt.known.facts
        if isinstance(fact, Paid) and fact.on >= case.today - RECENT
    ]
    if paid:
        last = max(paid, key=lambda fact: fact.on)
        return "came", {"paid": last.amount, "paid_on": last.on}
    async with case.means.engine.begin() as connection:
        await _wait_for_it(connection, case)
    return "not_yet", {}


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
