"""The network outcome of a call, from what the switch said of it.

Pure. The table was measured on Asterisk 22 against every final SIP answer: the
Q.850 cause tells all but two pairs. Cause 21 stands for a person who rejects the call and
for a carrier that refuses our account (401, 407), which says nothing of the number. Causes
18 and 19 stand both for "rang in vain" and for "the carrier said nothing at all"; only a
sign of life tells them apart, because the switch makes up a SIP 480 when its own timer ends
the call, and a 408 when that of SIP does (32 s without any answer). The answer of the
originate action and the dial status are not used: busy, invalid and congested look alike
there.
"""

from __future__ import annotations

from dataclasses import dataclass

from dialer.calls.events import NetworkOutcome

TIMED_OUT = (18, 19)  # 408, 480; or no answer at all
NORMAL = 16
CANCELLED_BY_US = 26
ACCOUNT_REFUSED = frozenset({401, 407})  # SIP: wrong user or password for the route

_BY_CAUSE = {
    1: NetworkOutcome.INVALID_NUMBER,  # 404, 604
    17: NetworkOutcome.BUSY,  # 486, 600
    20: NetworkOutcome.NO_ANSWER,  # subscriber absent
    21: NetworkOutcome.REJECTED,  # 403, 603
    22: NetworkOutcome.INVALID_NUMBER,  # 410
    CANCELLED_BY_US: NetworkOutcome.CANCELLED,
    28: NetworkOutcome.INVALID_NUMBER,  # 484
    34: NetworkOutcome.CONGESTION,  # 503
    38: NetworkOutcome.CONGESTION,  # 500
    58: NetworkOutcome.CONGESTION,  # 488
    102: NetworkOutcome.CONGESTION,  # 504
    127: NetworkOutcome.CONGESTION,  # 487
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What is known of a call when its channel is gone."""

    cause: int  # Q.850
    answered: bool  # Newstate Up was seen
    sign_of_life: bool  # 18x or a final refusal of the network's was seen
    sip_code: int | None = None  # as the switch names it


def network_outcome(ending: Ending) -> NetworkOutcome:
    """Return the one outcome; a cause outside the table counts as congestion.

    So does a redirection (302), which we do not follow: the switch names cause 23, or
    none (0) when it gives the call up before it noted the answer.

    >>> network_outcome(Ending(cause=19, answered=False, sign_of_life=True)).value
    'no_answer'
    >>> network_outcome(Ending(cause=19, answered=False, sign_of_life=False)).value
    'carrier_silent'
    """
    if ending.answered:
        return NetworkOutcome.ANSWERED
    if ending.cause in TIMED_OUT:
        silent = not ending.sign_of_life
        return NetworkOutcome.CARRIER_SILENT if silent else NetworkOutcome.NO_ANSWER
    if ending.sip_code in ACCOUNT_REFUSED:
        return NetworkOutcome.CONGESTION
    return _BY_CAUSE.get(ending.cause, NetworkOutcome.CONGESTION)
