"""What is done about a violation. Pure: it decides, the leader acts.

Safe means: nobody's conversation ends by a repair. Where only that would help, a person is
told and nothing is done; the switch's own limits end it.
"""

from __future__ import annotations

from dataclasses import dataclass

from dialer.calls.outcome import CANCELLED_BY_US, NORMAL
from dialer.state.invariants import RINGING, Broken, Violation
from dialer.state.picture import Line, Picture


@dataclass(frozen=True, slots=True)
class EndChannel:
    """Hang up a channel in which nobody talks."""

    channel: str
    cause: int


@dataclass(frozen=True, slots=True)
class Reread:
    """Read the switch again and bring the floor to it, as after a gap."""


@dataclass(frozen=True, slots=True)
class Retell:
    """The floor is as the switch has it, others are not: tell that agent's state again."""

    endpoint: str


Repair = EndChannel | Reread | Retell


def repairs(violation: Violation, now: Picture) -> list[Repair]:
    """Return what to do; nothing where only a person can help."""
    match violation.code:
        case Broken.DEBTOR_IN_TWO_CALLS:
            return _one_call(violation, now)
        case Broken.AGENT_IN_TWO_BRIDGES:
            return _one_leg(violation.subject, now)
        case Broken.ATTEMPT_OVERDUE:
            return _ended(now.line_of(violation.subject), now) or [Reread()]
        case Broken.CHANNEL_WITHOUT_ATTEMPT:
            lines = [one for one in now.lines if one.channel == violation.subject]
            return [repair for line in lines for repair in _ended(line, now)]
        case Broken.RESERVATION_EXPIRED | Broken.STATE_DIFFERS:
            return _told_again(violation)


def _one_call(violation: Violation, now: Picture) -> list[Repair]:
    """Of the calls to one debtor that nobody has answered, one may go on: the oldest,
    and that only when he is in no other."""
    attempts = violation.detail.get("attempts", "").split()
    calls = sorted(
        (now.calls[attempt] for attempt in attempts if attempt in now.calls),
        key=lambda call: call.placed_at,
    )
    ringing = [call for call in calls if call.state in RINGING and not call.inbound]
    too_many = ringing if len(ringing) < len(calls) else ringing[1:]
    return [EndChannel(call.channel, CANCELLED_BY_US) for call in too_many]


def _one_leg(endpoint: str, now: Picture) -> list[Repair]:
    """The leg that the agent is known to sit on stays; who talked on the other goes back
    to the floor by his dialplan."""
    agent = now.agents.get(endpoint)
    own = [line for line in now.lines if line.endpoint == endpoint]
    if agent is None or agent.leg not in [line.channel for line in own]:
        return [Reread()]
    return [EndChannel(line.channel, NORMAL) for line in own if line.channel != agent.leg]


def _ended(line: Line | None, now: Picture) -> list[Repair]:
    """End it if nobody talks there."""
    if line is None or line.bridge in now.talks():
        return []
    return [EndChannel(line.channel, NORMAL)]


def _told_again(violation: Violation) -> list[Repair]:
    if violation.kind == "debtor":
        return []  # the sweep frees him as soon as the database takes it
    if "switch" in violation.detail or violation.code is Broken.RESERVATION_EXPIRED:
        return [Reread()]
    return [Retell(violation.subject)]
