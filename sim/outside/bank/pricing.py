"""What the simulated bank charges for a `cobv` on a day: fine, interest, discounts.

Pure. API Pix 2.9 domain tables: fine and rebate 1 amount, 2 per cent; interest over running
days 1 amount a day, 2, 3, 4 per cent a day, month (of 30), year (of 365); discount 1
amount and 2 per cent until dates. Late is after the due date or, when that is no business
day, after the next one. Each part is rounded to the cent, half up, as banks do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from foundation.brasil.calendar import is_business_day, next_business_day

_CENT = Decimal("0.01")
_DAYS_OF = {2: 1, 3: 30, 4: 365}


@dataclass(frozen=True, slots=True)
class Price:
    """The parts of an amount on a day, each zero or more."""

    original: Decimal
    fine: Decimal
    interest: Decimal
    rebate: Decimal
    discount: Decimal

    @property
    def final(self) -> Decimal:
        return self.original + self.fine + self.interest - self.rebate - self.discount


def price_on(value: Mapping[str, Any], due_on: date, day: date) -> Price:
    """Return what a charge costs on a day; `value` is the API's `valor`."""
    original = Decimal(value["original"])
    payable = due_on if is_business_day(due_on) else next_business_day(due_on)
    late = (day - due_on).days if day > payable else 0
    rebate = _part(value.get("abatimento"), original)
    return Price(
        original=original,
        fine=_part(value.get("multa"), original) if late else Decimal(0),
        interest=_interest(value.get("juros"), original, late),
        rebate=rebate,
        discount=Decimal(0) if late else _discount(value.get("desconto"), original, day),
    )


def _part(rule: Mapping[str, Any] | None, original: Decimal) -> Decimal:
    if rule is None:
        return Decimal(0)
    amount = Decimal(rule["valorPerc"])
    return amount if int(rule["modalidade"]) == 1 else _rounded(original * amount / 100)


def _interest(rule: Mapping[str, Any] | None, original: Decimal, days: int) -> Decimal:
    if rule is None or not days:
        return Decimal(0)
    kind, amount = int(rule["modalidade"]), Decimal(rule["valorPerc"])
    if kind == 1:
        return amount * days
    return _rounded(original * amount * days / 100 / _DAYS_OF[kind])


def _discount(rule: Mapping[str, Any] | None, original: Decimal, day: date) -> Decimal:
    if rule is None:
        return Decimal(0)
    running = sorted(
        (
            each
            for each in rule["descontoDataFixa"]
            if date.fromisoformat(each["data"]) >= day
        ),
        key=lambda each: str(each["data"]),
    )
    if not running:
        return Decimal(0)
    first = {"modalidade": rule["modalidade"], "valorPerc": running[0]["valorPerc"]}
    return _part(first, original)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)
