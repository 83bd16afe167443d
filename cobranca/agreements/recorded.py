"""Offers and events as JSON. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from cobranca.agreements.life import Event
from cobranca.agreements.offer import Offer


def offer_document(offer: Offer, debts: Sequence[UUID]) -> dict[str, Any]:
    """Return all that an offer says: whoever reads it needs no policy to understand it."""
    return {
        "debts": [str(debt) for debt in debts],
        "on": offer.situation.on.isoformat(),
        "owed": str(offer.situation.owed),
        "charges": str(offer.situation.charges),
        "days_late": offer.situation.days_late,
        "discount": str(offer.discount),
        "price": str(offer.price),
        "total": str(offer.total),
        "monthly_rate": str(offer.condition.monthly_rate),
        "effective_cost": str(offer.cost),
        "payments": [
            {"due_on": payment.due_on.isoformat(), "amount": str(payment.amount)}
            for payment in offer.payments
        ],
    }


def event_details(event: Event) -> dict[str, Any]:
    """Return what an event says."""
    found: dict[str, Any] = plain(asdict(event))
    return found


def plain(value: Any) -> Any:
    """Make of a value what JSON can hold, amounts and names as text."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal | UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
