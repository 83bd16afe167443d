"""Carries an action of the floor out on the switch."""

from __future__ import annotations

from dialer.ports import Origination, Telephony
from dialer.shell.facts import (
    Action,
    EndHold,
    HangUp,
    Hold,
    Join,
    Listen,
    Nail,
    NotTaken,
    PassOn,
    Take,
    Tell,
)

AGENT_LEG_S = 20.0


async def act(telephony: Telephony, action: Action) -> None:
    """Raises SwitchRefused, SwitchUnreachable, OutOfOffice."""
    match action:
        case Join():
            await telephony.bridge(action.channel, action.leg)
        case Hold(robot=True):
            await telephony.to_robot(action.channel)
        case Hold():
            await telephony.hold(action.channel)
        case EndHold():
            await telephony.end_hold(action.channel)
        case HangUp():
            await telephony.hang_up(action.channel, action.cause)
        case Nail():
            await telephony.originate(_leg(action))
        case Listen():
            await telephony.listen(action.channel)
        case Take() | PassOn():
            await telephony.take(action.channel)
        case NotTaken():
            pass  # the switch has no part in it
        case Tell():
            await telephony.tell(action.channel, action.variables)


def _leg(nail: Nail) -> Origination:
    return Origination(
        channel=nail.leg,
        dial=f"PJSIP/{nail.agent}",
        context="agent",
        extension="nail",
        timeout_s=AGENT_LEG_S,
        caller_id="Acordo",
    )
