"""What a run with faults leaves behind, as plain values for the judgement.

Pure. Times are epoch seconds on the clock of this machine; a process whose own clock was
moved may say otherwise, so an attempt counts from its INVITE where the network saw one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.world.compare import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing done to the running centre, once."""

    kind: str
    nth: int  # from 1, of its kind
    began_at: float
    over_at: float  # the disturbance itself; the same instant for a kill
    paced_at: float | None = None  # the network saw a call that was placed after it
    served_at: float | None = None  # every process ready, every agent in his seat
    switch_died: bool = False

    @property
    def settled_at(self) -> float:
        """When the centre was whole again; for ever later when it never was."""
        return float("inf") if self.served_at is None else self.served_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt as the dialer's database holds it at the end."""

    id: str
    number: str  # digits, without +
    placed_at: float
    ended_at: float | None
    outcome: str | None  # None: still open
    endings: int  # facts that end a call; exactly one is right
    by_record: bool = False  # its end was read from the switch's own record (CEL)
    inbound: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """An agent in one state, as it was seen from outside; `until` is the last look."""

    agent: str
    state: str
    since: float
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """The longest silence that a person who picked up heard, by the network's recording."""

    number: str
    answered_at: float
    after_s: float  # from the answer to its begin
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """An invariant of the centre that did not hold, twice in a row."""

    at: float
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that the judgement looks at."""

    faults: tuple[Fault, ...]
    attempts: tuple[Attempt, ...]
    network: tuple[Seen, ...]  # the carrier's truth: one row for each INVITE
    stays: tuple[Stay, ...] = ()
    quiets: tuple[Quiet, ...] = ()
    breaches: tuple[Breach, ...] = ()
    threshold_s: float = 2.0
    answered: int = field(default=0)  # calls whose sound was listened to
