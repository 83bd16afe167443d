"""What people read of payments; the words are in `texts_pt_BR.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from babel.numbers import format_decimal

from cobranca.debts.late_rules import LateRule
from foundation.brasil.dates import format_date
from foundation.brasil.money import format_amount


@cache
def _texts() -> Mapping[str, Any]:
    text = files("cobranca.payments").joinpath("texts_pt_BR.toml").read_text("utf-8")
    return tomllib.loads(text)


def reason_text(code: str) -> str:
    """Return why a person has to look at money that came."""
    return _said("reasons", code)


def doubt_text(code: str) -> str:
    """Return why a transfer was not matched."""
    return _said("doubts", code)


def occurrence_text(kind: str) -> str:
    """Return what a bank says became of slips."""
    return _said("occurrences", kind)


def late_text(rule: LateRule) -> tuple[str, ...]:
    """Return what a slip says of paying late, as its bank is told it."""
    if not rule.costs:
        return (_said("slip", "never_late"),)
    parts = []
    if rule.fine_percent:
        percent = format_decimal(rule.fine_percent, "0.##", locale="pt_BR")
        parts.append(_said("slip", "fine").format(percent=percent))
    if rule.interest_per_day:
        amount = format_amount(rule.interest_per_day)
        parts.append(_said("slip", "interest").format(amount=amount))
    what = _said("slip", "and").join(parts)
    since = format_date(rule.late_from)
    return (_said("slip", "late").format(since=since, what=what),)


def _said(section: str, code: str) -> str:
    text: str = _texts()[section][code]
    return text
