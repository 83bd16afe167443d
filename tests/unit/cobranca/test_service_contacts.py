"""What a person asked for just now, or is owed: few rules stand against it."""

from __future__ import annotations

from datetime import datetime

import pytest

from cobranca.compliance.model import Suppression
from tests.builders.contact import SAO_PAULO, a_case, past

SUNDAY_NIGHT = datetime(2026, 3, 15, 23, 0, tzinfo=SAO_PAULO)


@pytest.mark.parametrize("reason", ["opt_out", "dispute", "counsel", "payment_confirming"])
def test_a_code_goes_to_who_wants_no_collection_at_any_hour(reason: str) -> None:
    suppressed = (Suppression(reason),)
    case = a_case(means="sms", now=SUNDAY_NIGHT, suppressions=suppressed,
                  purpose="service", contacts=past(times=9))  # fmt: skip
    assert case.verdict().allowed
    collecting = a_case(means="sms", now=SUNDAY_NIGHT, suppressions=suppressed)
    assert not collecting.verdict().allowed


@pytest.mark.parametrize(
    "reason", ["number_opt_out", "wrong_party", "deceased", "workplace"]
)
def test_a_code_does_not_go_to_somebody_else(reason: str) -> None:
    case = a_case(means="sms", purpose="service", suppressions=(Suppression(reason),))
    assert case.verdict().rule == reason


@pytest.mark.parametrize("status", ["invalid", "wrong_party"])
def test_a_code_does_not_go_where_nobody_is_reached(status: str) -> None:
    case = a_case(means="sms", purpose="service", point_status=status)
    assert case.verdict().rule == "point_not_active"


def test_a_code_goes_to_no_real_number_on_a_simulated_route() -> None:
    case = a_case(means="sms", purpose="service", point="+5511987654321")
    assert case.verdict().rule == "simulation"
