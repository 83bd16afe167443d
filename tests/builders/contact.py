"""Questions of contact for tests: allowed as they stand, unless a test says otherwise."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cobranca.compliance.model import Question, places_of
from foundation.brasil.phone import simulated_number

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
TUESDAY_TEN = datetime(2026, 3, 10, 10, 0, tzinfo=SAO_PAULO)


def a_question(
    *,
    ddd: str = "11",
    address: str | None = None,
    now: datetime = TUESDAY_TEN,
    **changed: Any,
) -> Question:
    """A question about a simulated number of that DDD, on a Tuesday at ten in São Paulo."""
    number = changed.pop("number", simulated_number(ddd, 1))
    facts: dict[str, Any] = {
        "now": now,
        "number": number,
        "line": "mobile",
        "places": places_of(number, address),
        "point_status": "active",
        "attempts_today": 0,
        "simulated_route": True,
    }
    return Question(**facts | changed)
