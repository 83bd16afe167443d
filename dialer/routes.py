"""Which route carries a call: what each may carry, and how much more it can take. Pure.

`carries` is the last guard before an INVITE. Compliance has the same rule; this one
stands even if a caller forgets to ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cobranca.compliance.meters.brakes import Brakes
from cobranca.compliance.meters.model import Reading
from dialer.calls.call import Call
from dialer.calls.route_rest import RouteRest
from dialer.pacing.rate import CallsPerSecond
from foundation.brasil.phone import is_simulated, line_of
from foundation.route import Route


def carries(number: str, *, simulated_route: bool) -> bool:
    """Tell whether a route may carry this E.164 number.

    A simulated route carries simulated numbers only, a real one only Brazilian fixed
    and mobile numbers that are not simulated.
    """
    if is_simulated(number):
        return simulated_route
    return not simulated_route and line_of(number) != "other"


@dataclass(frozen=True, slots=True)
class Way:
    """How one call goes: by which route, and with which number shown (empty: none)."""

    route: str
    cli: str


class FreeRoutes:
    """What the routes can take in one batch of calls; `take` uses it up."""

    def __init__(
        self, routes: Sequence[Route], left: Mapping[str, int], brakes: Brakes | None = None
    ) -> None:
        self._routes = routes
        self._left = dict(left)
        self._brakes = brakes or Brakes()

    def carried(self, number: str) -> bool:
        """Tell whether any route may ever carry the number."""
        return any(carries(number, simulated_route=r.simulated) for r in self._routes)

    def take(self, number: str, wanted: str = "") -> Way | None:
        """Return the best route that may carry the number and has room, with the number to
        show: `wanted`, or one of the route's that no brake holds. None: there is none."""
        for route in self._routes:
            free = self._left.get(route.name, 0) > 0
            if not (free and carries(number, simulated_route=route.simulated)):
                continue
            cli = self._brakes.cli(route, number, wanted)
            if cli is not None:
                self._left[route.name] -= 1
                return Way(route.name, cli)
        return None


class Routes:
    """The routes, the best first, and the rate at which each was used."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = tuple(sorted(routes, key=lambda route: route.priority))
        self._by_name = {route.name: route for route in self._routes}
        self._rates = {route.name: CallsPerSecond(route.max_cps) for route in self._routes}
        self._rests = {route.name: RouteRest() for route in self._routes}
        self.brakes = Brakes()  # as the leader read the meters last

    def named(self, name: str) -> Route:
        """Return the route of that name; raises KeyError."""
        return self._by_name[name]

    @property
    def simulated(self) -> bool:
        return all(route.simulated for route in self._routes)

    def count(self, name: str, at_s: float) -> None:
        """A call was placed on the route at that instant."""
        self._rates[name].count(at_s)

    def ended(self, name: str, call: Call, at_s: float) -> bool:
        """A call ended on the route at that instant; True when `aside` changed by it."""
        rest = self._rests.get(name)
        return rest is not None and rest.ended(call, at_s)

    @property
    def aside(self) -> tuple[str, ...]:
        """Routes that are left to others, because they carried nothing of late.

        The last of its kind is never: a bad way is better than none.
        """
        kinds = {r.simulated for r in self._routes if not self._rests[r.name].aside}
        return tuple(
            route.name
            for route in self._routes
            if self._rests[route.name].aside and route.simulated in kinds
        )

    def left(self, used: Mapping[str, int], now_s: float) -> dict[str, int]:
        """Calls that each route can take now, where `used` counts its calls in progress."""
        aside = self.aside
        found = {}
        for route in self._routes:
            busy = used.get(route.name, 0)
            left = min(route.max_lines - busy, self._rates[route.name].left(now_s))
            if self.brakes.on(route, "", "stop"):
                left = 0
            if route.name in aside:
                left = self._rests[route.name].room(left, busy, now_s)
            found[route.name] = max(0, left)
        return found

    def room(self, used: Mapping[str, int], now_s: float) -> int:
        """Calls that all routes together can take now."""
        return sum(self.left(used, now_s).values())

    def free(self, used: Mapping[str, int], now_s: float) -> FreeRoutes:
        """Return what one batch of calls may use up."""
        return FreeRoutes(self._routes, self.left(used, now_s), self.brakes)

    def stopped(self, wanted: str) -> Reading | None:
        """Why nothing may be placed with that number shown (empty: the routes' own)."""
        return self.brakes.stops(self._routes, wanted)

    def slowed(self, wanted: str) -> Reading | None:
        """Why no more than one call for each free agent may be placed."""
        return self.brakes.slows(self._routes, wanted)

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)
