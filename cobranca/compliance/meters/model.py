"""What is counted of calls, the lines it is held against, the brakes that it pulls. Pure.

`used` is the part 0..1 of a line that is used up; above 1 it is crossed. A line that has
two conditions (so many calls, and so large a share of them short) is used as far as the
one that is less fulfilled. Calls are never made longer to stay clear of a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from foundation.route import Route

Scope = Literal["cli", "carrier", "cnpj"]
Meter = Literal["short", "month", "abandonment"]
Brake = Literal["slow", "stop"]
Key = tuple[Scope, str]

ALARMS = (0.60, 0.80, 0.95)
MONTH = timedelta(days=30)  # of the abandonment


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Outbound calls that have ended; `answered` and `abandoned`: of those for agents."""

    calls: int = 0
    unanswered: int = 0
    short: int = 0  # answered, and cut by either side within six seconds
    machines: int = 0  # longer ones that turned out to be a mailbox
    answered: int = 0
    abandoned: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            calls=self.calls + other.calls,
            unanswered=self.unanswered + other.unanswered,
            short=self.short + other.short,
            machines=self.machines + other.machines,
            answered=self.answered + other.answered,
            abandoned=self.abandoned + other.abandoned,
        )

    @property
    def short_share(self) -> float:
        """Of the calls, those that count as short for the regulator; 0 without calls."""
        counted = self.unanswered + self.short + self.machines
        return counted / self.calls if self.calls else 0.0

    @property
    def abandoned_share(self) -> float:
        return self.abandoned / self.answered if self.answered else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The counts of a day on one route with one number shown; `cli` may be empty.

    Days that no meter tells apart may be one tally, which bears the last of them.
    """

    day: date
    route: str
    cli: str
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Where the lines are; shares 0..1. The sources: `texts.toml`."""

    calls_per_day: int = 100_000
    short_share: float = 0.85
    short_brake: float = 0.70  # of the calls, and of `calls_per_day`
    calls_per_month: int = 500_000
    abandoned_share: float = 0.03
    least_answered: int = 50  # below it one call makes per cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One meter of one number, contract with a carrier, or CNPJ root."""

    meter: Meter
    scope: Scope
    name: str
    used: float
    share: float  # of short calls, or of abandoned ones; 0 for the month
    calls: int  # of the day or month; for the abandonment, those answered
    brake: Brake | None = None

    @property
    def alarm(self) -> float | None:
        """The highest alarm that is reached, as a part of the line."""
        return max((step for step in ALARMS if self.used >= step), default=None)


def readings(
    tallies: Iterable[Tally],
    routes: Iterable[Route],
    today: date,
    lines: Lines,
    under_way: Mapping[str, int] | None = None,
) -> list[Reading]:
    """Read every meter, the most used first; `under_way`: open calls of each route.

    `tallies` go back 30 days and to the first of the month. Authenticated routes are
    outside of the regulator's counts, not of the abandonment. A route that is configured
    no more is a carrier of its own.
    """
    known = {route.name: route for route in routes}
    every = list(tallies)
    counted = [t for t in every if not _outside(known.get(t.route))]
    day = _sums((t for t in counted if t.day == today), known)
    begun = today.replace(day=1)
    month = _sums((t for t in counted if begun <= t.day <= today), known)
    rang_today = _sums((t for t in every if t.day == today), known)
    rang = _sums((t for t in every if today - t.day < MONTH), known)
    open_calls = _open_calls(under_way or {}, known)
    found = [_short(key, counts, lines) for key, counts in day.items()]
    found += [
        _month(key, counts.calls + open_calls.get(key, 0), lines)
        for key, counts in month.items()
    ]
    found += [
        _abandonment(key, (counts, rang_today.get(key, Counts())), lines)
        for key, counts in rang.items()
    ]
    return sorted(found, key=lambda one: (-one.used, one.meter, one.scope, one.name))


def _outside(route: Route | None) -> bool:
    return route is not None and route.authenticated


def _sums(tallies: Iterable[Tally], known: Mapping[str, Route]) -> dict[Key, Counts]:
    sums: dict[Key, Counts] = {}
    for tally in tallies:
        for key in scopes_of(tally.route, known.get(tally.route), tally.cli):
            sums[key] = sums.get(key, Counts()) + tally.counts
    return sums


def _open_calls(under_way: Mapping[str, int], known: Mapping[str, Route]) -> dict[Key, int]:
    sums: dict[Key, int] = {}
    for name, calls in under_way.items():
        if not _outside(known.get(name)):
            for key in scopes_of(name, known.get(name), ""):
                sums[key] = sums.get(key, 0) + calls
    return sums


def scopes_of(name: str, route: Route | None, cli: str) -> list[Key]:
    """What a call on a route, with a number shown, is counted for."""
    carrier = route.carrier or name if route is not None else name
    cnpj = route.cnpj_root if route is not None else ""
    found: list[Key] = [("carrier", f"{carrier} {cnpj}".rstrip())]
    if cnpj:
        found.append(("cnpj", cnpj))
    if cli:
        found.append(("cli", cli))
    return found


def _short(key: Key, counts: Counts, lines: Lines) -> Reading:
    share = counts.short_share
    used = min(counts.calls / lines.calls_per_day, share / lines.short_share)
    many = counts.calls >= lines.short_brake * lines.calls_per_day
    return Reading(
        meter="short",
        scope=key[0],
        name=key[1],
        used=used,
        share=share,
        calls=counts.calls,
        brake="stop" if many and share >= lines.short_brake else None,
    )


def _month(key: Key, calls: int, lines: Lines) -> Reading:
    """The line is one service and carrier's with one CNPJ; the others are for the eye."""
    lined = key[0] == "carrier"
    used = calls / lines.calls_per_month if lined else 0.0
    return Reading(
        meter="month",
        scope=key[0],
        name=key[1],
        used=used,
        share=0.0,
        calls=calls,
        brake="stop" if used >= 1 else None,
    )


def _abandonment(key: Key, windows: Sequence[Counts], lines: Lines) -> Reading:
    """The worse of the day and of 30 days."""
    weighed = [one for one in windows if one.answered >= lines.least_answered]
    worst = max(weighed, key=lambda one: one.abandoned_share, default=Counts())
    share = worst.abandoned_share
    return Reading(
        meter="abandonment",
        scope=key[0],
        name=key[1],
        used=share / lines.abandoned_share,
        share=share,
        calls=worst.answered,
        brake="slow" if share > lines.abandoned_share else None,
    )
