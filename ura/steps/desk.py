"""The steps of a flow by name, for one call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy.exc import DBAPIError

from cobranca.debts.index_tables import MonthNotInTable, UnknownIndex
from ura.ports import StepFailed
from ura.steps.calling_back import book_afternoon, book_morning
from ura.steps.case import Case, Result, Slots
from ura.steps.closing import close_agreement, keep_promise
from ura.steps.identity import identify
from ura.steps.matter import find_matter, find_payment
from ura.steps.offering import fit_count, fit_day, fit_monthly, make_offers, take_cash
from ura.steps.paying import send_link, send_payment
from ura.steps.stopping import (
    keep_dispute,
    keep_opt_out,
    keep_third_party,
    keep_wrong_number,
)

_STEPS: tuple[Callable[[Case, Slots], Awaitable[Result]], ...] = (
    book_afternoon, book_morning, close_agreement, find_matter, find_payment, fit_count,
    fit_day, fit_monthly, identify, keep_dispute, keep_opt_out, keep_promise,
    keep_third_party, keep_wrong_number, make_offers, send_link, send_payment, take_cash,
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
