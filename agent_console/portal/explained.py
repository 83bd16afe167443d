"""A debt's account as its debtor reads it: what happened, in order, and what is owed today.

Works on what is known of the debt, asks nobody. Every cent owed is in one of the lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from agent_console.texts import TEXTS
from cobranca.agreements.texts import means_text
from cobranca.debts.accounts import OWED, ZERO
from cobranca.debts.charges import Line
from cobranca.debts.entries import Entry, Posting
from cobranca.debts.explanation import account_name, line_text
from cobranca.debts.facts import AnyFact, FeeCharged, Opened, Paid
from cobranca.debts.ledger import fold
from cobranca.debts.service import Known
from foundation.brasil.money import format_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: when, what, how much (a minus takes away), and how it came to be."""

    on: date | None
    what: str
    amount: Decimal
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`rows` sum to `total`, to the cent."""

    rows: tuple[Row, ...]
    total: Decimal
    credit: Decimal


def account_of(debt: Known, on: date) -> Account:
    """Return the account of a debt on a day. Raises UnknownIndex, MonthNotInTable."""
    balance = debt.on(on)
    facts = {fact.number: fact for fact in debt.facts}
    rows: list[Row] = []
    for entry in fold(debt.facts, debt.setting, until=on).entries:
        rows += _of_entry(entry, facts.get(entry.fact))
    rows += [_of_line(line) for line in balance.lines]
    return Account(rows=tuple(rows), total=balance.total, credit=balance.credit)


def _of_entry(entry: Entry, fact: AnyFact | None) -> list[Row]:
    """What an entry adds to what is owed, or takes from it."""
    if entry.lines:
        return [_of_line(line) for line in entry.lines]
    owed = [posting for posting in entry.postings if posting.account in OWED]
    if isinstance(fact, Opened) or entry.kind == "opening":
        return [_opened(posting, fact, entry.on) for posting in owed]
    amount = sum((posting.amount for posting in owed), ZERO)
    return [Row(on=entry.on, what=_what(entry, fact), amount=amount, how=_how(owed))]


def _opened(posting: Posting, fact: AnyFact | None, on: date) -> Row:
    words = TEXTS.section("portal_account")
    due_on = fact.due_on if isinstance(fact, Opened) else on
    what = words["opening"].format(number=posting.instalment)
    return Row(on=due_on, what=what, amount=posting.amount)


def _what(entry: Entry, fact: AnyFact | None) -> str:
    words = TEXTS.section("portal_account")
    match fact:
        case Paid():
            return words["payment"].format(means=means_text(fact.means))
        case FeeCharged():
            return words["fee"].format(reason=fact.reason)
        case _:
            return words.get(entry.kind, words["other"])


def _how(owed: list[Posting]) -> str:
    """Of a payment: what it paid, the charges first."""
    if len(owed) < 2:
        return ""
    return "; ".join(
        f"{account_name(posting.account)} {format_amount(-posting.amount)}"
        for posting in owed
    )


def _of_line(line: Line) -> Row:
    return Row(
        on=None,
        what=TEXTS.section("portal_account")["charge"].format(
            account=account_name(line.account), number=line.number
        ),
        amount=line.amount,
        how=line_text(line),
    )
