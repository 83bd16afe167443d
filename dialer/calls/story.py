"""An attempt's whole story as a fold over its stored facts.

Pure. The facts are the truth; the columns of the attempt, what a leader knows after a
crash, and the floor as it was at some second are all this fold, over all facts or over
those until then. Facts are folded in the order in which they were written. A fact that
is no event of the call (a recording that was sealed, say) changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from dialer.calls.call import Call, advance, is_abandoned
from dialer.calls.events import (
    Answered,
    CallState,
    ChannelEvent,
    Created,
    Found,
    HungUp,
    Joined,
    NetworkOutcome,
    Parted,
    Refused,
    Ringing,
    Said,
)

REVIEWED = "answer_reviewed"  # after the end: who answered, by the recording
ENDS = ("hungup", "resolved", "not_sent")  # an attempt has exactly one of them
THRESHOLD_S, WRAP_UP_S = 2.0, 30.0  # of attempts from before these stood in a fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One row of the append-only history. `epoch` None: from before facts were whole."""

    kind: str
    at: datetime  # the switch's time stamp where it has one
    data: Mapping[str, Any] = field(default_factory=dict)
    agent: UUID | None = None
    epoch: int | None = None

    @property
    def endpoint(self) -> str | None:
        """Where the agent sat."""
        found = self.data.get("endpoint")
        return None if found is None else str(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What the facts say of one attempt; `whole`: they say all that its columns hold."""

    call: Call
    whole: bool = False
    channel: str
    threshold_s: float = THRESHOLD_S
    wrap_up_s: float = WRAP_UP_S
    agentless: bool = False
    known_to_switch: bool = False  # some event of its channel was seen
    talked_with: str | None = None  # endpoint of the last agent in it
    agent: UUID | None = None  # who that was
    taken_by: str | None = None  # endpoint of the supervisor who took it from the robot
    machine: str | None = None  # its kind: the call was ended for it
    person: bool | None = None  # what a supervisor heard in the recording
    source: str = "events"  # of its end: events | channels | cel | placement

    @property
    def abandoned(self) -> bool:
        if self.agentless:
            return False
        if self.machine is not None:  # a person after all, whom no agent had reached?
            return self.person is True and self.call.joined_at is None
        return is_abandoned(self.call, self.threshold_s)

    @property
    def answered_by(self) -> str | None:
        """Who answered a call that was ended for it: `machine`, `person` as reviewed."""
        if self.machine is None:
            return None
        return "person" if self.person else "machine"


def begin(attempt: str, *, inbound: bool = False) -> Story:
    """A story of which no fact is known yet."""
    return Story(call=Call(id=attempt, inbound=inbound), channel=attempt)


def fold(story: Story, facts: Iterable[Stored]) -> Story:
    """Return the story after these facts."""
    for fact in facts:
        story = told(story, fact)
    return story


def told(story: Story, fact: Stored) -> Story:
    """Return the story after one more fact."""
    if fact.kind == REVIEWED:
        return replace(story, person=bool(fact.data.get("person")))
    if story.call.ended:
        return story
    match fact.kind:
        case "machine":
            return replace(story, machine=str(fact.data.get("kind") or "unknown"))
        case "placed":
            return _placed(story, fact)
        case "inbound" | "robot":
            return _arrived(story, fact)
        case "resolved" | "not_sent":
            return _closed(story, fact)
        case "sent_for" | "passed_on" | "not_taken":
            taken_by = fact.endpoint if fact.kind == "sent_for" else None
            return replace(story, taken_by=taken_by)
    event = event_of(fact)
    if event is None:
        return story
    after = replace(story, call=advance(story.call, event))
    if fact.kind in _OF_CHANNELS or fact.kind == "found":
        after = replace(after, known_to_switch=True)
    if fact.kind == "joined" or (fact.kind == "found" and fact.endpoint):
        own = fact.endpoint if after.taken_by == fact.endpoint else None
        after = replace(after, talked_with=fact.endpoint, agent=fact.agent, taken_by=own)
    if fact.kind == "hungup":
        after = replace(after, source=str(fact.data.get("source", "events")))
    return after


def _placed(story: Story, fact: Stored) -> Story:
    return replace(
        story,
        whole=fact.epoch is not None,
        threshold_s=float(fact.data["threshold_s"]),
        wrap_up_s=float(fact.data["wrap_up_s"]),
        agentless=bool(fact.data["agentless"]),
    )


def _arrived(story: Story, fact: Stored) -> Story:
    """Somebody called; he may have talked with the robot before he asks for a person."""
    state = CallState.WITH_ROBOT if fact.kind == "robot" else CallState.WAITING
    answered_at = story.call.answered_at or fact.at
    call = replace(story.call, inbound=True, state=state, answered_at=answered_at)
    channel = str(fact.data.get("channel", story.channel))
    whole = fact.epoch is not None
    return replace(story, call=call, channel=channel, known_to_switch=True, whole=whole)


def _closed(story: Story, fact: Stored) -> Story:
    """Ended by something else than an event of the channel."""
    outcome = NetworkOutcome(fact.data.get("outcome", NetworkOutcome.NOT_SENT))
    call = replace(story.call, state=CallState.ENDED, ended_at=fact.at, outcome=outcome)
    plain = "channels" if fact.kind == "resolved" else "placement"
    return replace(story, call=call, source=str(fact.data.get("source", plain)))


_Made = Callable[[Stored], ChannelEvent]
_OF_CHANNELS: dict[str, _Made] = {
    "created": lambda fact: Created(channel="", at=fact.at),
    "ringing": lambda fact: Ringing(channel="", at=fact.at),
    "refused": lambda fact: Refused(channel="", at=fact.at),
    "answered": lambda fact: Answered(channel="", at=fact.at),
    "parted": lambda fact: Parted(channel="", at=fact.at),
}
_OTHERS: dict[str, _Made] = {
    "joined": lambda fact: Joined(channel="", at=fact.at, peer=None),
    "hungup": lambda fact: HungUp(
        channel="",
        at=fact.at,
        cause=int(fact.data.get("cause") or 0),
        sip_code=fact.data.get("sip_code"),
    ),
    "found": lambda fact: Found(channel="", at=fact.at, **_seen(fact.data)),
}
_WORDS = (
    "overflow", "no_agent", "back_to_floor", "sign_of_life", "nothing_heard", "rerouted",
    "paying", "robot_over", "with_robot", "keeps_place", "waits_on",
)  # fmt: skip


def event_of(fact: Stored) -> ChannelEvent | None:
    """The event that a stored fact stands for; None when it is no channel event."""
    made = _OF_CHANNELS.get(fact.kind) or _OTHERS.get(fact.kind)
    if made is not None:
        return made(fact)
    if fact.kind in _WORDS:
        return Said(channel="", at=fact.at, what=fact.kind, fields={})
    return None


def _seen(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"state": CallState(data["state"])} | {
        name: datetime.fromisoformat(data[name]) if data.get(name) else None
        for name in ("ringing_at", "answered_at", "joined_at")
    }


def found_data(call: Call) -> dict[str, Any]:
    """What a fact `found` says of a call; the reverse of what the fold reads."""
    times = {
        "ringing_at": call.ringing_at,
        "answered_at": call.answered_at,
        "joined_at": call.joined_at,
    }
    stamps = {name: at.isoformat() if at else None for name, at in times.items()}
    return {"state": call.state.value} | stamps
