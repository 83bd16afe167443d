"""What pulled brakes forbid: numbers and routes not to be used, or only slowly. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cobranca.compliance.meters.model import Brake, Reading, scopes_of
from foundation.route import Route, caller_id


@dataclass(frozen=True, slots=True)
class Brakes:
    """The readings that pull a brake. Without any, everything may be used."""

    pulled: tuple[Reading, ...] = field(default=())

    @classmethod
    def of(cls, found: Iterable[Reading]) -> Brakes:
        return cls(tuple(reading for reading in found if reading.brake is not None))

    def on(self, route: Route, cli: str, brake: Brake) -> Reading | None:
        """The first reading that brakes a call on the route with that number shown.

        No regulator's line counts an authenticated route; the abandonment counts all.
        """
        keys = scopes_of(route.name, route, cli)
        return next(
            (
                reading
                for reading in self.pulled
                if reading.brake == brake
                and (reading.scope, reading.name) in keys
                and not (route.authenticated and reading.meter != "abandonment")
            ),
            None,
        )

    def cli(self, route: Route, e164: str, wanted: str = "") -> str | None:
        """The number to show this debtor: `wanted`, or one of the route's; None: no number
        may be shown just now. Without brakes a debtor sees the same number each time."""
        if wanted:
            return None if self.on(route, wanted, "stop") else wanted
        usual = caller_id(route, e164)
        if not self.on(route, usual, "stop"):
            return usual
        free = [one for one in route.caller_ids if not self.on(route, one, "stop")]
        return free[int(e164[-4:]) % len(free)] if free else None

    def stops(self, routes: Sequence[Route], wanted: str = "") -> Reading | None:
        """Why a campaign that shows `wanted`, or the routes' own numbers, places nothing.

        None: a way is left.
        """
        why: Reading | None = None
        for route in routes:
            for cli in (wanted,) if wanted else route.caller_ids or ("",):
                stopped = self.on(route, cli, "stop")
                if stopped is None:
                    return None
                why = why or stopped
        return why

    def slows(self, routes: Sequence[Route], wanted: str = "") -> Reading | None:
        """Why a campaign may place no more than one call for each free agent."""
        for route in routes:
            for cli in (wanted,) if wanted else route.caller_ids or ("",):
                slowed = self.on(route, cli, "slow")
                if slowed is not None:
                    return slowed
        return None
