"""What a slip says of being late, against the ledger that it must never exceed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranca.debts.accounts import ZERO, Account
from cobranca.debts.charges import Position, Setting, charges
from cobranca.debts.index_tables import Indices
from cobranca.debts.late_rules import LateRule, late_rule
from cobranca.debts.terms import MonthlyInterest, Terms, usual
from cobranca.payments.texts import late_text

DUE = date(2026, 11, 30)  # a Monday
ON = date(2026, 11, 20)
DAY = timedelta(days=1)


def _setting(**terms: Any) -> Setting:
    return Setting(usual().model_copy(update=terms), Indices({}))


def _position(amount: str = "1000.00", due_on: date = DUE) -> Position:
    owed = {Account.PRINCIPAL: Decimal(amount)}
    return Position(number=1, due_on=due_on, original=Decimal(amount), owed=owed)


@pytest.mark.parametrize(
    ("setting", "on", "due_on", "fine", "interest", "late_from"),
    [
        # 1 % of 1000.00 over 30 days is 0.3333 a day
        (_setting(), ON, DUE, "2.00", "0.33", DUE + DAY),
        # the slip can be paid before the instalment is due: lateness waits for it
        (_setting(), ON, ON, "2.00", "0.33", DUE + DAY),
        # fined before the slip was made: interest alone
        (_setting(), DUE + DAY, DUE + 4 * DAY, "0.00", "0.33", DUE + 5 * DAY),
        (_setting(grace_days=5), ON, DUE, "2.00", "0.33", DUE + 6 * DAY),
        # a cap of 3 %: 30.00 less the fine of 20.00, over 120 days
        (_setting(cap=Decimal("0.03")), ON, DUE, "2.00", "0.08", DUE + DAY),
        (Setting(Terms(), Indices({})), ON, DUE, "0.00", "0.00", DUE + DAY),
    ],
)
def test_a_slip_says_what_the_contract_says(
    setting: Setting, on: date, due_on: date, fine: str, interest: str, late_from: date
) -> None:
    assert late_rule([_position()], setting, on=on, due_on=due_on) == LateRule(
        fine_percent=Decimal(fine), interest_per_day=Decimal(interest), late_from=late_from
    )


def test_an_instalment_due_on_a_sunday_is_late_from_tuesday_on() -> None:
    sunday = date(2026, 11, 29)
    rule = late_rule([_position(due_on=sunday)], _setting(), on=ON, due_on=sunday)
    assert rule.late_from == date(2026, 12, 1)


@given(
    cents=st.integers(1, 10**9),
    rate=st.integers(0, 2000),
    count=st.sampled_from(["30", "365"]),
    days=st.integers(0, 120),
    before=st.integers(-30, 30),
)
def test_no_bank_asks_more_than_the_ledger(
    cents: int, rate: int, count: Any, days: int, before: int
) -> None:
    amount, on = Decimal(cents).scaleb(-2), DUE + before * DAY
    interest = MonthlyInterest(rate=Decimal(rate) / 10_000, day_count=count)
    setting = _setting(interest=interest)
    position = _position(str(amount))
    price = amount + _added(position, on, setting)
    due_on = max(DUE, on + 3 * DAY)
    rule = late_rule([position], setting, on=on, due_on=due_on)
    paid_on = due_on + days * DAY
    asked = price
    if days:
        fine = (price * rule.fine_percent / 100).quantize(Decimal("0.01"))
        asked += fine + rule.interest_per_day * (paid_on - rule.late_from + DAY).days
    assert asked <= amount + _added(position, paid_on, setting)


def _added(position: Position, on: date, setting: Setting) -> Decimal:
    return sum((line.amount for line in charges(position, on, setting)), ZERO)


def test_it_is_said_in_words() -> None:
    rule = LateRule(
        fine_percent=Decimal("2.00"), interest_per_day=Decimal("0.33"), late_from=DUE
    )
    (said,) = late_text(rule)
    assert said.replace("\N{NO-BREAK SPACE}", " ") == (
        "A partir de 30/11/2026: multa de 2 % e juros de R$ 0,33 por dia."
    )
    free = late_text(LateRule(late_from=DUE))
    assert free == ("Não cobrar multa nem juros após o vencimento.",)
