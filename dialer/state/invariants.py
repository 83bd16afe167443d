"""What can never be on a floor that works. Pure: a picture in, violations out.

One look is not enough: while the picture is taken a call goes on, and what the switch
already says may be on its way to the database. So only what two looks in a row find alike
is a violation (`confirmed`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from dialer.calls.agent import Agent, AgentState
from dialer.calls.events import CallState
from dialer.state.picture import Line, OpenCall, Picture

RESERVED = timedelta(seconds=10)  # the floor lets go after 5 s
LEASE = timedelta(seconds=15)  # the leader frees debtors every half second
OVERDUE = timedelta(seconds=15)  # the switch ends a call by itself before that
YOUNG = timedelta(seconds=10)  # its INVITE may still be on the way

Subject = Literal["attempt", "agent", "channel", "debtor"]
RINGING = (CallState.COMMITTED, CallState.DIALING, CallState.RINGING)


class Broken(StrEnum):
    """Which invariant it is; the catalogue says it in pt-BR."""

    DEBTOR_IN_TWO_CALLS = "debtor_in_two_calls"
    AGENT_IN_TWO_BRIDGES = "agent_in_two_bridges"
    RESERVATION_EXPIRED = "reservation_expired"
    ATTEMPT_OVERDUE = "attempt_overdue"
    CHANNEL_WITHOUT_ATTEMPT = "channel_without_attempt"
    STATE_DIFFERS = "state_differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """`subject` is an id or a seat; `detail` tells what was seen, in code words."""

    code: Broken
    kind: Subject
    subject: str
    detail: Mapping[str, str] = field(default_factory=dict)


def violations(now: Picture) -> list[Violation]:
    """All that one look finds."""
    found = [
        *_debtors(now),
        *_bridges(now),
        *_reservations(now),
        *_overdue(now),
        *_channels(now),
        *_calls_differ(now),
        *_agents_differ(now),
    ]
    return sorted(found, key=lambda one: (one.code, one.subject))


def confirmed(first: Iterable[Violation], second: Iterable[Violation]) -> list[Violation]:
    """What both looks found, and found the same."""
    before = list(first)
    return [one for one in second if one in before]


def _debtors(now: Picture) -> Iterator[Violation]:
    """No debtor is in two calls that live."""
    calls: defaultdict[str, list[str]] = defaultdict(list)
    for call in now.calls.values():
        if call.debtor is not None and now.line_of(call.attempt) is not None:
            calls[call.debtor].append(call.attempt)
    for debtor, attempts in calls.items():
        if len(attempts) > 1:
            yield Violation(
                code=Broken.DEBTOR_IN_TWO_CALLS,
                kind="debtor",
                subject=debtor,
                detail={"attempts": " ".join(sorted(attempts))},
            )


def _bridges(now: Picture) -> Iterator[Violation]:
    """No agent talks in two bridges, nor with two debtors in one."""
    seats: defaultdict[str, set[str]] = defaultdict(set)
    for bridge, lines in now.talks().items():
        debtors = [one.attempt for one in lines if one.attempt]
        for line in lines:
            if line.endpoint is not None:
                seats[line.endpoint] |= {bridge, *debtors[1:]}
    for seat, bridges in seats.items():
        if len(bridges) > 1:
            yield Violation(
                code=Broken.AGENT_IN_TWO_BRIDGES,
                kind="agent",
                subject=seat,
                detail={"bridges": " ".join(sorted(bridges))},
            )


def _reservations(now: Picture) -> Iterator[Violation]:
    """No hold outlasts its lease."""
    for agent in now.agents.values():
        if agent.state is AgentState.RESERVED and now.at - agent.since > RESERVED:
            yield Violation(
                code=Broken.RESERVATION_EXPIRED,
                kind="agent",
                subject=agent.endpoint,
                detail={"attempt": agent.call or "", "since": agent.since.isoformat()},
            )
    for held in now.held:
        if now.at - held.until > LEASE:
            yield Violation(
                code=Broken.RESERVATION_EXPIRED,
                kind="debtor",
                subject=held.debtor,
                detail={"campaign": held.campaign, "until": held.until.isoformat()},
            )


def _overdue(now: Picture) -> Iterator[Violation]:
    """No attempt is open longer than a call can last."""
    for call in now.calls.values():
        if now.at - call.due_at > OVERDUE:
            yield Violation(
                code=Broken.ATTEMPT_OVERDUE,
                kind="attempt",
                subject=call.attempt,
                detail={"state": call.state, "due": call.due_at.isoformat()},
            )


def _channels(now: Picture) -> Iterator[Violation]:
    """No channel of ours without an attempt, no leg without an agent."""
    for line in now.lines:
        if line.attempt is not None and line.ours and line.attempt not in now.calls:
            detail = {"attempt": line.attempt}
        elif line.endpoint is not None and not _sits(now, line.endpoint):
            detail = {"seat": line.endpoint}
        else:
            continue
        yield Violation(
            code=Broken.CHANNEL_WITHOUT_ATTEMPT,
            kind="channel",
            subject=line.channel,
            detail=detail,
        )


def _sits(now: Picture, endpoint: str) -> bool:
    agent = now.agents.get(endpoint)
    return agent is not None and agent.state is not AgentState.OFFLINE


def _calls_differ(now: Picture) -> Iterator[Violation]:
    """What the facts say of a call is what its channel is."""
    talked = {one.attempt for lines in now.talks().values() for one in lines if one.attempt}
    for call in now.calls.values():
        seen = _seen(now, call, talked)
        if seen is not None:
            yield _differs("attempt", call.attempt, facts=call.state, switch=seen)


def _seen(now: Picture, call: OpenCall, talked: set[str]) -> str | None:
    """What the switch has in the place of what the facts say; None: the same."""
    line = now.line_of(call.attempt)
    if line is None:
        return "gone" if now.at - call.placed_at > YOUNG else None
    if line.up == (call.state in RINGING):
        return "up" if line.up else "not_up"
    if (call.attempt in talked) != (call.state is CallState.TALKING):
        return "joined" if call.attempt in talked else "alone"
    return None


def _agents_differ(now: Picture) -> Iterator[Violation]:
    """What the facts say of an agent is where his leg is, and what everybody is told."""
    legs: defaultdict[str, list[Line]] = defaultdict(list)
    for line in now.lines:
        if line.endpoint is not None and line.up:
            legs[line.endpoint].append(line)
    talks = now.talks()
    for agent in now.agents.values():
        own = legs[agent.endpoint]
        seen = _seated(agent, own, any(leg.bridge in talks for leg in own))
        if seen is not None:
            yield _differs("agent", agent.endpoint, facts=agent.state, switch=seen)
        for who, states in now.told.items():
            told = states.get(agent.endpoint, AgentState.OFFLINE)
            if told != agent.state:
                yield _differs("agent", agent.endpoint, facts=agent.state, **{who: told})


def _seated(agent: Agent, legs: list[Line], talks: bool) -> str | None:
    if agent.leg is not None and agent.leg not in [leg.channel for leg in legs]:
        return "no_leg"
    if agent.leg is None and legs:
        return "leg"
    if len(legs) > 1:
        return "two_legs"
    if agent.state is AgentState.RESERVED:
        return None  # on the way from the one to the other
    if talks != (agent.state is AgentState.TALKING and not agent.held):
        return "joined" if talks else "alone"
    return None


def _differs(kind: Subject, subject: str, **detail: str) -> Violation:
    told = {name: str(value) for name, value in detail.items()}
    return Violation(code=Broken.STATE_DIFFERS, kind=kind, subject=subject, detail=told)
