"""Judge a run with faults: what was lost, doubled, stuck, silent for too long.

Pure, and apart from whoever did the faults: it sees only what was left behind. Each
violation is charged to the fault in whose time it falls; what falls in none is charged to
nobody, and is a violation all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sim.faults.evidence import Attempt, Evidence, Fault, Quiet, Stay
from sim.faults.kinds import BY_NAME
from sim.world.compare import NOT_SENT, Seen

SWITCH_LOST = "switch_lost"
SLACK_S = 0.75  # over the threshold: the message's first breath, jitter, a busy machine
LEG_TIMEOUT_S = 3.0  # asterisk-config/pjsip.conf: rtp_timeout, counted in whole seconds
SETTLES_S = 5.0  # after a disturbance, before an agent's time in a state counts again
LONGEST_S: Mapping[str, float] = MappingProxyType(
    {
        "idle": 120.0,
        "reserved": 10.0,
        "talking": 45.0,
        "wrap_up": 20.0,
        "paused": 20.0,
        "connecting": 25.0,
        "offline": 25.0,
        "preview": 25.0,
    }
)
"""Under the suite's load nobody is longer in a state than this, unless stuck."""


class What(StrEnum):
    """Kinds of violations."""

    LOST = "lost"  # no end, two ends, or another end than the network's
    DOUBLED = "doubled"  # the network was asked for more calls than there are attempts
    STUCK = "stuck"
    SILENT = "silent"
    BROKEN = "broken"  # an invariant
    DOWN = "down"  # service did not come back


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One thing that must not be. `fault` None: it falls in the time of none."""

    what: What
    says: str
    fault: Fault | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A fault, and what was found about it."""

    fault: Fault
    in_flight: int
    switch_lost: int
    by_record: int  # calls whose end in the gap was read from CEL
    longest_quiet_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All faults in the order of time, and all violations."""

    faults: tuple[Judged, ...]
    violations: tuple[Violation, ...]
    attempts: int
    listened: int  # calls whose sound was measured

    @property
    def good(self) -> bool:
        return not self.violations


@dataclass(frozen=True, slots=True)
class _Call:
    """An attempt with the INVITE that belongs to it, if the network saw one."""

    attempt: Attempt
    invite: Seen | None

    @property
    def since(self) -> float:
        return self.attempt.placed_at if self.invite is None else self.invite.at

    @property
    def until(self) -> float:
        ended_at = self.attempt.ended_at
        return float("inf") if ended_at is None else max(ended_at, self.since)

    def lived_at(self, at: float) -> bool:
        return self.since <= at <= self.until


def judge(evidence: Evidence) -> Judgement:
    """Find every violation, and charge it to a fault."""
    faults = tuple(sorted(evidence.faults, key=lambda fault: fault.began_at))
    calls, extra = _matched(evidence)
    heard = [quiet for quiet in evidence.quiets if not _died(quiet, calls, faults)]
    violations = [
        *_ends(calls, faults),
        *_doubled(extra, calls, faults),
        *_stuck(evidence.stays, faults),
        *_silences(evidence.threshold_s, heard, faults),
        *(
            Violation(what=What.BROKEN, says=breach.says, fault=_charged(faults, breach.at))
            for breach in evidence.breaches
        ),
        *(_down(fault) for fault in faults if fault.served_at is None),
    ]
    return Judgement(
        faults=tuple(_judged(fault, calls, heard) for fault in faults),
        violations=tuple(violations),
        attempts=len(evidence.attempts),
        listened=evidence.answered,
    )


def _matched(evidence: Evidence) -> tuple[list[_Call], list[Seen]]:
    """The nth sent attempt of a number with its nth INVITE; INVITEs without an attempt."""
    invites: defaultdict[str, list[Seen]] = defaultdict(list)
    for seen in sorted(evidence.network):
        invites[seen.number].append(seen)
    calls = []
    for attempt in sorted(evidence.attempts, key=lambda a: (a.placed_at, a.id)):
        there = invites[attempt.number]
        sent = not attempt.inbound and attempt.outcome != NOT_SENT
        calls.append(_Call(attempt, there.pop(0) if sent and there else None))
    return calls, [seen for rest in invites.values() for seen in rest]


# -- calls ------------------------------------------------------------------------------


def _ends(calls: Iterable[_Call], faults: tuple[Fault, ...]) -> Iterator[Violation]:
    for call in calls:
        wrong = _wrong_end(call, faults)
        if wrong is not None:
            says = f"{call.attempt.number} ({call.attempt.id}): {wrong}"
            fault = _charged(faults, call.since, call.until)
            yield Violation(what=What.LOST, says=says, fault=fault)


def _wrong_end(call: _Call, faults: Iterable[Fault]) -> str | None:
    attempt = call.attempt
    if attempt.outcome is None:
        return "sem desfecho"
    if attempt.endings != 1:
        return f"{attempt.outcome}, com {attempt.endings} fatos de fim"
    if attempt.outcome == SWITCH_LOST:
        died = any(_fell_with(call, fault) for fault in faults)
        return None if died else "switch_lost sem que o Asterisk tenha morrido nela"
    if attempt.inbound or attempt.outcome == NOT_SENT:
        return None
    if call.invite is None:
        return f"{attempt.outcome}, mas a operadora não viu chamada"
    if call.invite.outcome != attempt.outcome:
        return f"{attempt.outcome} ≠ {call.invite.outcome} da operadora"
    return None


def _fell_with(call: _Call, fault: Fault) -> bool:
    """Whether the call died with the switch, or was asked of it while it was away: who
    asks learns of that later, and the network must then have seen nothing of it."""
    if not fault.switch_died:
        return False
    unseen = call.invite is None
    meanwhile = fault.began_at <= call.attempt.placed_at <= fault.over_at
    return call.lived_at(fault.began_at) or (unseen and meanwhile)


def _doubled(
    extra: Iterable[Seen], calls: Iterable[_Call], faults: tuple[Fault, ...]
) -> Iterator[Violation]:
    until: dict[str, float] = {}
    for call in calls:
        until[call.attempt.number] = call.until
    for seen in extra:
        says = f"{seen.number}: a operadora recebeu uma chamada sem tentativa"
        ended_at = max(seen.at, until.get(seen.number, seen.at))
        fault = _charged(faults, seen.at, ended_at)
        yield Violation(what=What.DOUBLED, says=says, fault=fault)


# -- agents -----------------------------------------------------------------------------


def _stuck(stays: Iterable[Stay], faults: tuple[Fault, ...]) -> Iterator[Violation]:
    for stay in stays:
        counted_s = _undisturbed_s(stay, faults)
        if counted_s > LONGEST_S[stay.state]:
            says = f"{stay.agent}: {stay.state} por {counted_s:.0f} s"
            fault = _charged(faults, stay.since, stay.since)
            yield Violation(what=What.STUCK, says=says, fault=fault)


def _undisturbed_s(stay: Stay, faults: Iterable[Fault]) -> float:
    """How long it lasted outside of disturbances and the seconds after them."""
    counted_s, at = 0.0, stay.since
    for fault in faults:
        began, over = fault.began_at, fault.over_at + SETTLES_S
        counted_s += max(0.0, min(began, stay.until) - at)
        at = max(at, min(over, stay.until))
    return counted_s + max(0.0, stay.until - at)


# -- sound ------------------------------------------------------------------------------


def _died(quiet: Quiet, calls: Iterable[_Call], faults: Iterable[Fault]) -> bool:
    """Whether the switch died in that call: nobody was left to play anything."""
    mine = [
        call
        for call in calls
        if call.attempt.number == quiet.number and call.since <= quiet.answered_at
    ]
    if not mine:
        return False
    call = max(mine, key=lambda call: call.since)
    return any(fault.switch_died and call.lived_at(fault.began_at) for fault in faults)


def _silences(
    threshold_s: float, quiets: Iterable[Quiet], faults: tuple[Fault, ...]
) -> Iterator[Violation]:
    for quiet in quiets:
        begins = quiet.answered_at + quiet.after_s
        ends = begins + quiet.seconds
        limit_s = _longest_silence_s(threshold_s, begins, ends, faults)
        if quiet.seconds > limit_s:
            says = (
                f"{quiet.number}: {quiet.seconds:.1f} s de silêncio, "
                f"{quiet.after_s:.1f} s depois de atender"
            )
            fault = _charged(faults, begins, ends)
            yield Violation(what=What.SILENT, says=says, fault=fault)


def _longest_silence_s(
    threshold_s: float, begins: float, ends: float, faults: Iterable[Fault]
) -> float:
    """The dialplan's threshold; a browser's sound may first stay away for its time-out."""
    lost_leg = any(
        BY_NAME[fault.kind].lost_leg and fault.began_at <= ends and begins <= fault.over_at
        for fault in faults
    )
    return (max(threshold_s, LEG_TIMEOUT_S) if lost_leg else threshold_s) + SLACK_S


# -- faults -----------------------------------------------------------------------------


def _charged(
    faults: tuple[Fault, ...], since: float, until: float | None = None
) -> Fault | None:
    """The last fault whose time (until all was whole again) meets that time."""
    until = since if until is None else until
    met = [f for f in faults if f.began_at <= until and since <= f.settled_at]
    return met[-1] if met else None


def _down(fault: Fault) -> Violation:
    return Violation(what=What.DOWN, says="o serviço não voltou por inteiro", fault=fault)


def _judged(fault: Fault, calls: Iterable[_Call], quiets: Iterable[Quiet]) -> Judged:
    here = [call for call in calls if call.lived_at(fault.began_at)]
    heard = [
        quiet.seconds
        for quiet in quiets
        if quiet.answered_at <= fault.settled_at
        and fault.began_at <= quiet.answered_at + quiet.after_s + quiet.seconds
    ]
    return Judged(
        fault=fault,
        in_flight=len(here),
        switch_lost=sum(
            fault.switch_died and call.attempt.outcome == SWITCH_LOST for call in here
        ),
        by_record=sum(call.attempt.by_record for call in here),
        longest_quiet_s=max(heard, default=None),
    )
