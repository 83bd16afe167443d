"""Which numbers a route may carry. Pure; the last guard before an INVITE.

Compliance has the same rule; this one stands even if a caller forgets to ask.
"""

from __future__ import annotations

from foundation.brasil.phone import is_simulated, line_of


def carries(number: str, *, simulated_route: bool) -> bool:
    """Tell whether a route may carry this E.164 number.

    A simulated route carries simulated numbers only, a real one only Brazilian fixed
    and mobile numbers that are not simulated.
    """
    if is_simulated(number):
        return simulated_route
    return not simulated_route and line_of(number) != "other"
