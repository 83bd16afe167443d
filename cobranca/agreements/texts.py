"""Offers and refusals as people read them; the words are in `texts_pt_BR.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from cobranca.agreements.offer import Offer
from cobranca.agreements.simulation import Refusal
from foundation.brasil.dates import format_date, format_instant
from foundation.brasil.money import format_amount


@cache
def _texts() -> Mapping[str, Any]:
    text = files("cobranca.agreements").joinpath("texts_pt_BR.toml").read_text("utf-8")
    return tomllib.loads(text)


def reason_text(code: str) -> str:
    """Return why something cannot be offered."""
    reason: str = _texts()["reasons"][code]
    return reason


def refusal_text(refusal: Refusal) -> str:
    """Return why a condition gives no offer."""
    reasons = "; ".join(reason_text(code) for code in refusal.reasons)
    text: str = _texts()["refused"].format(condition=refusal.condition, reasons=reasons)
    return text


def offer_text(offer: Offer) -> str:
    """Return an offer whole: payments, total, discount, effective cost, validity."""
    texts = _texts()["offer"]
    cash = len(offer.payments) == 1
    parts = [
        texts["cash" if cash else "instalments"].format(
            payments=_payments(offer),
            first=format_date(offer.payments[0].due_on),
            total=format_amount(offer.total),
        )
    ]
    if offer.discount:
        parts.append(texts["discount"].format(discount=format_amount(offer.discount)))
    parts.append(texts["cost"].format(cost=_percent(offer.cost)))
    parts.append(texts["valid"].format(until=format_date(offer.valid_until)))
    return f"{offer.condition.name}: " + "; ".join(parts)


def _payments(offer: Offer) -> str:
    """Equal ones in a row are told together: 1 x R$ 33,34 + 2 x R$ 33,33."""
    groups = groupby(payment.amount for payment in offer.payments)
    return " + ".join(
        f"{len(list(same))} x {format_amount(amount)}" for amount, same in groups
    )


def _percent(share: Decimal) -> str:
    return f"{share * 100:.2f}".replace(".", ",") + " %"


def means_text(means: str) -> str:
    """Return what people call a means of payment."""
    name: str = _texts()["means"][means]
    return name


def evidence_text(evidence: Mapping[str, Any], at: datetime) -> str:
    """Return by what an agreement was accepted; `evidence` as it is stored.

    >>> from datetime import UTC
    >>> said = {"recording": "8a89e74c", "second": 103.9}
    >>> evidence_text(said, datetime(2026, 3, 10, 13, tzinfo=UTC))
    'gravação da chamada 8a89e74c, aos 103,9 segundos, registrado em 10/03/2026 10:00'
    """
    kind = next(name for name in ("recording", "message", "clicked_at") if name in evidence)
    told = dict(evidence)
    if kind == "recording":
        told["second"] = f"{told['second']:g}".replace(".", ",")
    text: str = _texts()["evidence"][kind].format(at=format_instant(at), **told)
    return text
