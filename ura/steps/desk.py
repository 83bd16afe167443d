"""The steps of a flow by name, for one call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy.exc import DBAPIError

from cobranca.debts.index_tables import MonthNotInTable, UnknownIndex
from ura.ports import StepFailed
from ura.steps.calling_back import (
    book_call_back,
    choose_hour,
    keep_place,
    owe_call_back,
    person_called,
)
from ura.steps.case import Case, Result, Slots
from ura.steps.closing import close_agreement, keep_promise
from ura.steps.copies import (
    copy_by_email,
    copy_by_sms,
    copy_to_read,
    find_code,
    next_part,
    which_copy,
)
from ura.steps.identity import identify, identify_called
from ura.steps.matter import (
    begin_payment,
    find_errand,
    find_matter,
    find_payment,
    list_debts,
    pick_creditor,
    pick_debt,
)
from ura.steps.offering import fit_count, fit_day, fit_monthly, make_offers, take_cash
from ura.steps.own_data import correct_data, delete_data, see_data
from ura.steps.paying import send_link, send_payment
from ura.steps.status import find_status
from ura.steps.stopping import (
    keep_dispute,
    keep_opt_out,
    keep_third_party,
    keep_wrong_number,
)

_STEPS: tuple[Callable[[Case, Slots], Awaitable[Result]], ...] = (
    begin_payment, book_call_back, choose_hour, close_agreement, copy_by_email, copy_by_sms,
    copy_to_read, correct_data, delete_data, find_code, find_errand, find_matter,
    find_payment, find_status, fit_count, fit_day, fit_monthly, identify, identify_called,
    keep_dispute, keep_opt_out, keep_place, keep_promise, keep_third_party,
    keep_wrong_number, list_debts, make_offers, next_part, owe_call_back, person_called,
    pick_creditor, pick_debt, see_data, send_link, send_payment, take_cash, which_copy,
)  # fmt: skip
STEPS: Mapping[str, Callable[[Case, Slots], Awaitable[Result]]] = {
    step.__name__: step for step in _STEPS
}
_AWAY = (DBAPIError, OSError, UnknownIndex, MonthNotInTable)


class Desk:
    """As `ports.Steps`."""

    def __init__(self, case: Case) -> None:
        self.case = case

    async def run(self, step: str, slots: Slots) -> Result:
        try:
            return await STEPS[step](self.case, slots)
        except _AWAY as error:
            raise StepFailed(type(error).__name__) from error
