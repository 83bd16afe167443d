"""The demonstration's debtor calls the automatic conversation and negotiates by keys.

A call over SIP from the simulated network, as from any telephone. He types ahead: a key
that comes before its question answers it.
"""

from __future__ import annotations

from foundation.brasil.document import parse_document
from sim.carrier.inbound import Persona, call_in
from sim.carrier.settings import CarrierSettings
from sim.demo_numbers import URA
from sim.demo_portal import Visitor
from sim.world.trace import Timed

FIRST_S, EACH_S = 3.0, 0.4  # after the answer; between keys
STAYS_S = 60.0  # after the last key
CASH = "211"  # negotiate, at once, confirmed
NOTHING_MORE = "2"


def keys_of(caller: Visitor) -> str:
    """What he presses, from the first question to the good-bye."""
    document = parse_document(caller.document).text
    return f"1{document}1{caller.birth_date:%d%m%Y}{CASH}{NOTHING_MORE}"


def call(caller: Visitor, keys: str) -> None:
    """Place the call; returns when the network has the order. Raises NoNetwork."""
    timed = tuple(Timed(FIRST_S + EACH_S * n, key) for n, key in enumerate(keys))
    persona = Persona(talk_s=FIRST_S + EACH_S * len(keys) + STAYS_S, keys=timed)
    call_in(CarrierSettings(), caller.phone, URA, persona)
