"""Read the meters now and then, and let the routes and campaigns feel their brakes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.meters.brakes import Brakes
from cobranca.compliance.meters.model import Reading
from cobranca.compliance.meters.service import lines_of, read_meters
from cobranca.compliance.meters.telling import sentence
from dialer.pacing import Decision, Reason, Snapshot
from foundation.clock import SAO_PAULO
from foundation.observability import get_logger

if TYPE_CHECKING:
    from dialer.shell.leader import Leader

EVERY_S = 2.0  # a few hundred rows each time

log = get_logger(__name__)


class Braking:
    """Beside one leader, for its term."""

    def __init__(self, leader: Leader) -> None:
        self._leader = leader
        self._read_at = float("-inf")
        self.lines = lines_of(leader.tools.settings.meters)

    async def look(self, connection: AsyncConnection) -> None:
        """Read the meters when it is time; raises SQLAlchemyError, OSError."""
        now_s = time.monotonic()
        if now_s - self._read_at < EVERY_S:
            return
        tools = self._leader.tools
        found = await read_meters(
            connection,
            tools.routes,
            self.lines,
            tools.contact_clock.now().astimezone(SAO_PAULO).date(),
            under_way=self._leader.floor.lines(),
        )
        self._read_at = now_s
        self._tell(found)
        tools.routes.brakes = Brakes.of(found)
        tools.metrics.meters(found)

    def _tell(self, found: Sequence[Reading]) -> None:
        """Say once that a brake was pulled or let go."""
        before = {_key(one) for one in self._leader.tools.routes.brakes.pulled}
        for reading in found:
            if reading.brake is not None and _key(reading) not in before:
                log.warning("brake_pulled", told=sentence(reading, self.lines))
        now = {_key(one) for one in found if one.brake is not None}
        for meter, scope, name in before - now:
            log.info("brake_let_go", meter=meter, scope=scope, name=name)


def _key(reading: Reading) -> tuple[str, str, str]:
    return reading.meter, reading.scope, reading.name


def braked(decision: Decision, floor: Snapshot, reading: Reading) -> Decision:
    """The pacer's decision as far as the brake lets it, and why: nothing, or one call for
    each free agent without a call on its way."""
    ahead = floor.idle - len(floor.ringing) - len(floor.waiting)
    most = 0 if reading.brake == "stop" else max(0, ahead)
    if decision.calls <= most and reading.brake == "slow":
        return decision
    why = _reason(reading, wanted=decision.calls, calls=most)
    kept = () if reading.brake == "stop" else decision.reasons
    return Decision(
        calls=most, cancels=decision.cancels, held=decision.held, reasons=(why, *kept)
    )


def _reason(reading: Reading, **more: float) -> Reason:
    figures = {"share": reading.share, "used": reading.used, "counted": reading.calls}
    return Reason(f"brake_{reading.meter}", figures | {"calls": 0.0} | more)
