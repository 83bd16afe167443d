"""A call that has not ended, with what the floor knows of it besides its facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from dialer.answering.answer import DEFAULT as UNHEARD
from dialer.answering.answer import Mode as Machines
from dialer.calls.call import Call, CallState
from dialer.calls.events import ChannelEvent, Joined, Parted
from dialer.inbound.queue import NOBODY, Place, urgency_s
from foundation.route import DEFAULT

RESUMING = timedelta(seconds=5)  # at most: a bridge takes milliseconds


@dataclass(slots=True)
class Ongoing:
    """A call that has not ended, with what the floor knows besides its facts."""

    call: Call
    campaign: UUID | None = None
    route: str = DEFAULT  # inbound calls are counted on it too
    channel: str = ""
    placed_at: datetime | None = None
    threshold_s: float = 2.0
    wrap_up_s: float = 30.0
    agent: str | None = None  # held for it or talking
    talked_with: str | None = None  # the last agent, kept for the record
    returned: bool = False  # lost its agent and waits for another
    agentless: bool = False  # by its campaign's configuration: no agent may have it
    score: float | None = None  # chance 0..1 that a person answers, if the list knows
    only_for: str | None = None  # endpoint of who previewed it; nobody else gets it
    prefers: str | None = None  # endpoint that gets it if idle: a call-back's agent
    taken_by: str | None = None  # endpoint of the supervisor who took it himself
    passed_on: bool = False  # by that supervisor, in mid-talk
    queued_at: datetime | None = None  # inbound: since when he waits for a person
    called: str = ""  # inbound: which of our numbers, in digits
    number: str = ""  # inbound: of the caller, as the network gives it
    place: Place | None = None  # inbound: what he brings into the queue, once it is known
    joins: int = 0
    machines: Machines = UNHEARD  # what follows when a machine answered
    heard: bool = False  # detectors listen, or did
    judged: bool = False  # a detector has said who answered
    machine: str | None = None  # its kind, once the call is ended for it
    held: bool = False  # the agent wants the debtor to hear music
    on_hold: bool = False  # and the switch said that he does
    robot: bool = False  # held, and the automatic conversation has the debtor
    frees: bool = False  # the agent wants to be free once it leads
    resumed_at: datetime | None = None  # the agent takes the held debtor back
    kept_for: str | None = None  # lost this agent's leg and waits for it
    kept_until: datetime | None = None
    bridge: str = ""  # the one it talks in; "" where nobody tells

    def concerns(self, event: ChannelEvent) -> bool:
        """Whether the event tells of a bridge that the floor made, if of any.

        After a gap those of the time before it may still come in.
        """
        match event:
            case Joined():
                return self.agent is not None
            case Parted():
                return "" in (event.bridge, self.bridge) or event.bridge == self.bridge
        return True

    @property
    def rings(self) -> bool:
        """On its way: placed and neither answered nor ended."""
        return self.call.state in (
            CallState.COMMITTED,
            CallState.DIALING,
            CallState.RINGING,
        )

    @property
    def waits(self) -> bool:
        """Anybody who is idle may have it."""
        waiting = self.call.state is CallState.WAITING
        free = self.agent is None and self.kept_for is None and not self.agentless
        return waiting and free and self.machine is None

    def urgency_s(self, at: datetime) -> float:
        """How urgent a waiting call is: for how long it waits, with its head start."""
        since = self.queued_at or self.call.answered_at or at
        return urgency_s(self.place or NOBODY, since, at)

    def is_resumed(self, at: datetime) -> bool:
        """Whether the agent is on the way back to the debtor: to be joined twice is to be
        parted."""
        return self.resumed_at is not None and at - self.resumed_at < RESUMING

    def keep(self, endpoint: str, until: datetime) -> None:
        """Leave it to one agent for a while."""
        self.kept_for, self.kept_until = endpoint, until

    def let_go(self) -> None:
        self.kept_for = self.kept_until = None
