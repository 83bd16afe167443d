"""Whether a call that ended on one route may be tried on another. Pure.

Only where the network cannot have reached the debtor: the carrier refused for its own
sake (503, or 401: our account), or said nothing at all. After any 18x somebody's telephone
may have rung, and a second try would ring it twice.
"""

from __future__ import annotations

from dialer.calls.call import Call
from dialer.calls.events import HungUp
from dialer.calls.outcome import ACCOUNT_REFUSED, TIMED_OUT

REFUSED_BY_ROUTE = ACCOUNT_REFUSED | {503}


def may_go_on(call: Call, ended: HungUp) -> bool:
    """Tell whether another route may be tried for a call that ends by this.

    `call` is as it was before its end. A call that we took back stays taken back.
    """
    if call.inbound or call.ended or call.answered_at or call.ringing_at:
        return False
    silent = ended.cause in TIMED_OUT and not call.sign_of_life
    return silent or ended.sip_code in REFUSED_BY_ROUTE
