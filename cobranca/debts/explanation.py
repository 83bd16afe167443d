"""A balance as people read it: each line with its rule, base, days, index and source.

Pure but for its catalogue, `explanation_pt_BR.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from cobranca.debts.accounts import OWED
from cobranca.debts.charges import Line
from cobranca.debts.ledger import Balance
from cobranca.debts.recorded import line_document
from cobranca.debts.terms import Terms
from foundation.brasil.dates import format_date
from foundation.brasil.money import format_amount

_RATE_PLACES = Decimal("0.000001")


@cache
def _texts() -> Mapping[str, Any]:
    text = files("cobranca.debts").joinpath("explanation_pt_BR.toml").read_text("utf-8")
    return tomllib.loads(text)


def account_name(account: str) -> str:
    """Return what people call an account."""
    name: str = _texts()["accounts"][account]
    return name


def line_text(line: Line) -> str:
    """Return one line as a sentence: what, of what, how much, since when, by whose word."""
    texts = _texts()
    parts = [
        texts["rules"][line.rule].format(
            base=format_amount(line.base),
            percent=_percent(line),
            since=format_date(line.since),
            until=format_date(line.until),
            days=line.days,
            index=line.index,
            day_count=texts["day_counts"].get(line.day_count or "", ""),
        )
    ]
    if line.published_to is not None:
        parts.append(texts["notes"]["published"].format(on=format_date(line.published_to)))
    if line.cut:
        parts.append(texts["notes"]["cut"].format(cut=format_amount(line.cut)))
    if line.source:
        parts.append(texts["notes"]["source"].format(source=line.source))
    return "; ".join(parts)


def terms_text(terms: Terms) -> str:
    """Return what terms say of lateness, in one sentence; the order only when unusual."""
    texts, interest = _texts()["terms"], terms.interest
    usual = Terms()
    parts = [
        texts["fine"].format(percent=_share(terms.fine))
        if terms.fine
        else texts["no_fine"],
        texts[f"interest_{interest.kind}"].format(
            percent=_share(
                getattr(interest, "rate", getattr(interest, "before", Decimal(0)))
            ),
            day_count=_texts()["day_counts"].get(getattr(interest, "day_count", ""), ""),
        ),
    ]
    if terms.correction:
        parts.append(texts["correction"].format(index=terms.correction))
    if terms.grace_days:
        parts.append(texts["grace"].format(days=terms.grace_days))
    if not terms.bank_days:
        parts.append(texts["any_day"])
    if terms.holidays:
        parts.append(texts["holidays"].format(days=", ".join(terms.holidays)))
    if terms.cap is not None:
        parts.append(texts["cap"].format(percent=_share(terms.cap)))
    if terms.revolving:
        parts.append(texts["revolving"])
    if terms.order != usual.order:
        order = ", ".join(account_name(account).lower() for account in terms.order)
        parts.append(texts["order"].format(order=order))
    if terms.impute_by != usual.impute_by:
        parts.append(texts["by_account"])
    if terms.source:
        parts.append(_texts()["notes"]["source"].format(source=terms.source))
    return "; ".join(parts)


def balance_text(balance: Balance) -> str:
    """Return the balance as lines of text."""
    lines = [_texts()["notes"]["on"].format(on=format_date(balance.on))]
    lines += [
        f"  {account_name(account)}: {format_amount(balance.owed[account])}"
        for account in OWED
        if balance.owed[account]
    ]
    lines.append(f"  {_texts()['notes']['total']}: {format_amount(balance.total)}")
    if balance.credit:
        lines.append(f"  {_texts()['notes']['credit']}: {format_amount(balance.credit)}")
    lines += [
        f"    {line.number}. {account_name(line.account)} {format_amount(line.amount)}: "
        f"{line_text(line)}"
        for line in balance.lines
    ]
    if not balance.lines:
        lines.append(f"    {_texts()['notes']['nothing']}")
    return "\n".join(lines)


def balance_document(balance: Balance) -> dict[str, Any]:
    """Return the balance for a program; amounts and rates are text."""
    return {
        "on": balance.on.isoformat(),
        "total": str(balance.total),
        "credit": str(balance.credit),
        "owed": {account.value: str(balance.owed[account]) for account in OWED},
        "lines": [
            line_document(line) | {"text": line_text(line)} for line in balance.lines
        ],
    }


def _percent(line: Line) -> str:
    return _share(Decimal(line.rate.numerator) / Decimal(line.rate.denominator))


def _share(share: Decimal) -> str:
    shown = (share * 100).quantize(_RATE_PLACES).normalize()
    return f"{shown:f}".replace(".", ",") + " %"
