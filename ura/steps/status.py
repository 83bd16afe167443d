"""Where an agreement or a payment stands, for who asks."""

from __future__ import annotations

from cobranca.agreements.life import State
from cobranca.portal.overview import agreements_of, debts_of
from ura.steps.case import Case, Result, Slots
from ura.steps.matter import last_paid
from ura.steps.topics import due_of


async def find_status(case: Case, slots: Slots) -> Result:
    """The agreement that binds first; else one that was kept, else what was paid lately."""
    debtor = case.known_debtor()
    async with case.means.engine.connect() as connection:
        agreements = await agreements_of(connection, debtor)
        debts = await debts_of(connection, debtor)
    own = [a for a in agreements if a.id == case.agreement] + agreements
    agreement = next((one for one in own if one.binds), None)
    if agreement is not None:
        left = [part for part in agreement.parts if part.open > 0]
        if not left:
            return "settled", {}
        case.agreement = agreement.id
        told = {"agreement_left": due_of(agreement), "agreement_due": left[0].due_on}
        return ("late" if left[0].due_on < case.today else "on_time"), told
    if any(one.state is State.KEPT for one in agreements):
        return "settled", {}
    last = last_paid(case, debts)
    return (
        ("none", {})
        if last is None
        else ("paid", {"paid": last.amount, "paid_on": last.on})
    )
