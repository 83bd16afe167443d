"""One debt's ledger, with the arithmetic shown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from cobranca.debts.accounts import Account
from cobranca.debts.charges import Setting
from cobranca.debts.entries import Entry, Posting, Unbalanced
from cobranca.debts.facts import (
    AbsurdAmount,
    AnyFact,
    Means,
    Opened,
    Paid,
    Released,
    checked,
)
from cobranca.debts.index_files import shipped
from cobranca.debts.index_tables import Indices
from cobranca.debts.ledger import appended, balance, fold
from cobranca.debts.terms import Terms, usual

SETTING = Setting(usual(), Indices(shipped()))
DUE = date(2026, 3, 10)


def opened(amount: str = "1000.00", instalment: int = 1, due: date = DUE) -> Opened:
    return Opened(
        number=instalment,
        on=date(2026, 1, 2),
        instalment=instalment,
        amount=Decimal(amount),
        due_on=due,
    )


def paid(number: int, on: date, amount: str) -> Paid:
    return Paid(
        number=number,
        on=on,
        amount=Decimal(amount),
        means=Means.PIX,
        reference=f"E{number}",
    )


def owed(facts: list[AnyFact], on: date, setting: Setting = SETTING) -> dict[str, str]:
    found = balance(facts, setting, on).owed
    return {account.value: str(amount) for account, amount in found.items() if amount}


def test_a_part_payment_pays_fine_and_interest_before_principal() -> None:
    facts: list[AnyFact] = [opened(), paid(2, date(2026, 4, 9), "500.00")]
    # 30 days: 20.00 of fine, 10.00 of interest; 470.00 are left for the principal
    assert owed(facts, date(2026, 4, 9)) == {"principal": "530.00"}
    # 30 days more on 530.00; the fine was taken once
    assert owed(facts, date(2026, 5, 9)) == {"principal": "530.00", "interest": "5.30"}


def test_interest_is_not_lost_when_the_contract_pays_principal_first() -> None:
    order = (
        Account.PRINCIPAL,
        Account.FEES,
        Account.FINE,
        Account.INTEREST,
        Account.CORRECTION,
    )
    setting = Setting(usual().model_copy(update={"order": order}), SETTING.indices)
    facts: list[AnyFact] = [opened(), paid(2, date(2026, 4, 9), "1000.00")]
    # the principal is paid, what it had borne is still owed and bears nothing more
    assert owed(facts, date(2026, 12, 9), setting) == {"fine": "20.00", "interest": "10.00"}


def test_the_oldest_instalment_is_paid_first() -> None:
    later = opened("300.00", 2, date(2026, 4, 10))
    facts: list[AnyFact] = [later, opened("300.00"), paid(3, date(2026, 4, 9), "319.00")]
    # of the first: 6.00 fine, 3.00 interest, 300.00; 10.00 go to the one not yet due
    assert owed(facts, date(2026, 4, 9)) == {"principal": "290.00"}


def test_what_is_paid_too_much_is_the_debtors() -> None:
    found = balance([opened(), paid(2, DUE, "1000.01")], SETTING, DUE)
    assert (found.total, found.credit) == (Decimal("0.00"), Decimal("0.01"))


def test_a_payment_told_late_counts_on_its_day_and_undoes_what_followed() -> None:
    first: list[AnyFact] = [opened(), paid(2, date(2026, 4, 9), "500.00")]
    late: list[AnyFact] = [*first, paid(3, DUE, "1000.00")]  # told after, paid before
    written = fold(first, SETTING).entries
    wanted = fold(late, SETTING).entries
    more = appended(written, wanted)
    assert [entry.kind for entry in more] == ["reversal", "reversal", "payment", "payment"]
    assert balance(late, SETTING, date(2026, 5, 9)).credit == Decimal("500.00")
    assert owed(late, date(2026, 5, 9)) == {}


def test_an_agreement_kept_forgives_what_is_left() -> None:
    facts: list[AnyFact] = [
        opened(),
        paid(2, date(2026, 4, 9), "800.00"),
        Released(number=3, on=date(2026, 4, 9), agreement=UUID(int=7)),
    ]
    entry = fold(facts, SETTING).entries[-1]
    assert entry.kind == "release"
    assert entry.postings[0] == Posting(Account.DISCOUNT, 0, Decimal("230.00"))
    assert owed(facts, date(2027, 1, 1)) == {}


def test_an_agreement_kept_that_cost_more_than_the_debt_leaves_no_credit() -> None:
    facts: list[AnyFact] = [
        opened(),
        paid(2, date(2026, 4, 9), "1200.00"),
        Released(number=3, on=date(2026, 4, 9), agreement=UUID(int=7)),
    ]
    assert balance(facts, SETTING, date(2027, 1, 1)).credit == 0


def test_the_past_does_not_know_what_came_later() -> None:
    facts: list[AnyFact] = [opened(), paid(2, date(2026, 4, 9), "500.00")]
    assert owed(facts, date(2026, 3, 20)) == {
        "principal": "1000.00",
        "interest": "3.33",  # 10 days
        "fine": "20.00",
    }


def test_without_terms_nothing_is_added() -> None:
    assert owed([opened()], date(2030, 1, 1), Setting(Terms(), SETTING.indices)) == {
        "principal": "1000.00"
    }


def test_an_entry_that_does_not_close_cannot_be() -> None:
    one = Posting(Account.CASH, 0, Decimal("1.00"))
    with pytest.raises(Unbalanced):
        Entry(kind="payment", on=DUE, fact=1, postings=(one,))


@pytest.mark.parametrize(
    "amount", ["0", "-1.00", "0.001", "1000000000.01", "NaN", "Infinity"]
)
def test_absurd_amounts_are_refused(amount: str) -> None:
    with pytest.raises(AbsurdAmount):
        checked(Decimal(amount))
