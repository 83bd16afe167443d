"""The last guard before an INVITE: simulated numbers and real routes never meet."""

from __future__ import annotations

import pytest

from dialer.routes import carries

SIMULATED = "+5511900012345"


@pytest.mark.parametrize(
    ("number", "simulated_route", "real_route"),
    [
        (SIMULATED, True, False),
        ("+5511987654321", False, True),  # mobile
        ("+551133334444", False, True),  # fixed
        ("+5508007771234", False, False),  # toll-free
        ("+55190", False, False),  # three digits
        ("+14155550100", False, False),  # abroad
        ("+559003001234", False, False),  # premium
        ("", False, False),
    ],
)
def test_a_route_carries_only_its_kind_of_number(
    number: str, simulated_route: bool, real_route: bool
) -> None:
    assert carries(number, simulated_route=True) is simulated_route
    assert carries(number, simulated_route=False) is real_route
