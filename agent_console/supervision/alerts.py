"""What a supervisor must know at once. Pure: facts in, alerts out, the worst first.

Each alert's text in the catalogue (`[alerts]`) says what to do about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agent_console.supervision.checks import Check
from cobranca.compliance.meters.model import ALARMS, Reading
from dialer.figures.abandonment import Rate
from foundation.clock import SAO_PAULO

ALARM_SHARE = 0.03
LEAST_ANSWERED = 20  # below it one call makes per cents
LEAST_FREE_BYTES = 5 * 2**30
LEAST_FREE_SHARE = 0.05
BEHIND_S = 60.0
FEW = 3  # things that are named; of more the number is told
SILENT_S = 15.0  # a leader tells its floor every 5 s

Level = Literal["bad", "warn"]


@dataclass(frozen=True, slots=True)
class Watched:
    """A campaign that needs agents; `rate` is that of the last 24 hours."""

    name: str
    status: str
    rate: Rate

    @property
    def runs(self) -> bool:
        return self.status == "running"


@dataclass(frozen=True, slots=True)
class Metered:
    """A meter's reading, and its sentence."""

    reading: Reading
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`lacks` is what the leader says it lacks; `told_s_ago` None: it never said."""

    leads: bool
    bus: bool
    lacks: Sequence[str]
    told_s_ago: float | None
    seated: int  # agents logged in, on a break or not
    campaigns: Sequence[Watched]  # that run, or that rang somebody in those hours
    free_bytes: int
    disk_bytes: int
    behind_s: float
    aside: Sequence[str] = ()  # routes that carried nothing of late
    check: Check | None = None  # the last look for what can never be
    impossible: Sequence[tuple[str, str]] = ()  # what can never be, and with which thing
    meters: Sequence[Metered] = ()  # that reached an alarm or pulled a brake
    steps: Sequence[tuple[float, str]] = ()  # of the abandonment, crossed today, by whom
    minors: Sequence[str] = ()  # children whom somebody meant to contact, by name


@dataclass(frozen=True, slots=True)
class Alert:
    """`code` names the text; `values` fill it, `status` as the catalogue calls it."""

    code: str
    level: Level
    values: dict[str, str]


def alerts(facts: Facts) -> list[Alert]:
    """All that hold now."""
    found = [
        *_dialer(facts), *_impossible(facts), *_campaigns(facts), *_meters(facts),
        *_minors(facts), *_machine(facts),
    ]  # fmt: skip
    return sorted(found, key=lambda alert: alert.level != "bad")


def _dialer(facts: Facts) -> list[Alert]:
    if not facts.leads:
        return [Alert("not_leading", "bad", {})]
    known = {"switch": "event_gap", "trunk": "trunk_down", "database": "log_behind"}
    found = [Alert(known[what], "bad", {}) for what in facts.lacks if what in known]
    if "draining" in facts.lacks:
        found.append(Alert("draining", "warn", {}))
    if facts.aside:
        found.append(Alert("route_aside", "warn", {"routes": ", ".join(facts.aside)}))
    silent = facts.told_s_ago is None or facts.told_s_ago > SILENT_S
    if facts.bus and silent:
        found.append(Alert("dialer_silent", "warn", {}))
    elif facts.bus and "switch" not in facts.lacks:  # without it there is nothing to check
        found += _unchecked(facts.check)
    return found


def _unchecked(check: Check | None) -> list[Alert]:
    """The text stays as it is while it lasts: it is read aloud when it changes."""
    if check is None or not check.late:
        return []
    since = f"{check.at.astimezone(SAO_PAULO):%H:%M:%S}"
    return [Alert("unchecked", "warn", {"since": since})]


def _impossible(facts: Facts) -> list[Alert]:
    """One alert for each kind, however many things it is about."""
    things: dict[str, list[str]] = {}
    for what, which in facts.impossible:
        things.setdefault(what, []).append(which)
    found = []
    for what, named in things.items():
        found.append(Alert("impossible", "bad", {"what": what, "which": _few(named)}))
    return found


def _few(named: Sequence[str]) -> str:
    more = f" (+{len(named) - FEW})" if len(named) > FEW else ""
    return ", ".join(named[:FEW]) + more


def _minors(facts: Facts) -> list[Alert]:
    """Nobody was contacted; but a child is in a list of debtors."""
    return [Alert("minor_met", "bad", {"who": _few(facts.minors)})] if facts.minors else []


def _campaigns(facts: Facts) -> list[Alert]:
    """What was abandoned stays abandoned, whatever became of the campaign since."""
    found = [
        Alert("abandonment", "bad", {"campaign": one.name, "rate": _percent(one.rate)})
        if one.runs
        else Alert("abandonment_rests", "bad", _resting(one))
        for one in facts.campaigns
        if one.rate.answered >= LEAST_ANSWERED and (one.rate.share or 0.0) > ALARM_SHARE
    ]
    running = [one.name for one in facts.campaigns if one.runs]
    if running and facts.bus and facts.seated == 0:
        found.append(Alert("no_agents", "warn", {"campaigns": ", ".join(running)}))
    return found


def _resting(one: Watched) -> dict[str, str]:
    return {"campaign": one.name, "rate": _percent(one.rate), "status": one.status}


def _meters(facts: Facts) -> list[Alert]:
    """Pulled brakes and what nearly reaches a line are bad; the earlier alarms warn.

    Those of the abandonment are `steps`: pacing aims close below its line on purpose.
    """
    found = []
    for one in facts.meters:
        reading, alarm = one.reading, one.reading.alarm or 0.0
        last = reading.brake is not None or alarm >= ALARMS[-1]
        if last or (alarm and reading.meter != "abandonment"):
            level: Level = "bad" if last else "warn"
            found.append(Alert(f"meter_{reading.meter}", level, {"told": one.told}))
    return found + _steps(facts)


def _steps(facts: Facts) -> list[Alert]:
    """One alert for each step, the higher first, however many crossed it."""
    found = []
    for step in sorted({step for step, _ in facts.steps}, reverse=True):
        who = _few([name for crossed, name in facts.steps if crossed == step])
        values = {"step": f"{step:.0%}", "who": who}
        found.append(Alert("abandonment_step", "warn", values))
    return found


def _machine(facts: Facts) -> list[Alert]:
    found = []
    least = min(LEAST_FREE_BYTES, facts.disk_bytes * LEAST_FREE_SHARE)
    if facts.free_bytes < least:
        gigabytes = f"{facts.free_bytes / 2**30:.1f}".replace(".", ",")
        found.append(Alert("disk_low", "warn", {"free": gigabytes}))
    if facts.behind_s > BEHIND_S:
        minutes = str(round(facts.behind_s / 60))
        found.append(Alert("worker_behind", "warn", {"minutes": minutes}))
    return found


def _percent(rate: Rate) -> str:
    """As people write it.

    >>> _percent(Rate(7, 200))
    '3,5%'
    """
    return f"{100 * (rate.share or 0):.1f}%".replace(".", ",")
