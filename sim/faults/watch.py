"""Beside the whole run: where each agent stands, and what people on the line hear.

By the suite's own clock: a process whose clock was moved writes other times.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from sim.faults import looking
from sim.faults.evidence import Quiet, Stay
from sim.faults.looking import Seat
from sim.faults.silence import RATE, heard, longest_silence

LOOK_S = 0.5
BROWSER = "web"  # seats of browsers begin so
WRITTEN_S = 3.0  # the network writes many times a second while a call lasts
AWAY = (SQLAlchemyError, OSError, TimeoutError)  # the database is what was killed


class Watch:
    """Collects stays and silences until cancelled."""

    def __init__(self, engine: AsyncEngine, recordings: Path) -> None:
        self.quiets: list[Quiet] = []
        self.browser_sits = False  # else nobody expects an agent there
        self._engine = engine
        self._recordings = recordings
        self._over: list[Stay] = []
        self._now: dict[str, tuple[Seat, Stay]] = {}

    @property
    def stays(self) -> tuple[Stay, ...]:
        return (*self._over, *(stay for _, stay in self._now.values()))

    @property
    def now(self) -> tuple[Stay, ...]:
        """Where every agent who should sit there was last seen."""
        return tuple(stay for _, stay in self._now.values())

    @property
    def unheard(self) -> bool:
        """Whether there are recordings that nobody measured yet."""
        return any(self._recordings.glob("*.raw"))

    async def run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(5):
                    self.see(await looking.seats(self._engine), time.time())
            except AWAY:
                pass
            await asyncio.to_thread(self.listen)
            await asyncio.sleep(LOOK_S)

    def see(self, seats: list[Seat], at: float) -> None:
        """Take note of where everybody stands now."""
        for seat in seats:
            if seat.agent.startswith(BROWSER) and not self.browser_sits:
                self._gone(seat.agent)
                continue
            before, stay = self._now.get(seat.agent, (None, None))
            if stay is not None and _goes_on(before, seat):
                since = stay.since
            else:
                if stay is not None:
                    self._over.append(stay)
                since = at
            now = Stay(agent=seat.agent, state=seat.state, since=since, until=at)
            self._now[seat.agent] = (seat, now)

    def _gone(self, agent: str) -> None:
        _, stay = self._now.pop(agent, (None, None))
        if stay is not None:
            self._over.append(stay)

    def listen(self) -> None:
        """Measure the recordings that are finished, and remove them."""
        for path in self._recordings.glob("*.raw"):
            written_at = path.stat().st_mtime
            if time.time() - written_at < WRITTEN_S:
                continue
            samples = heard(path.read_bytes())
            seconds, after_s = longest_silence(samples)
            self.quiets.append(
                Quiet(
                    number=path.stem.partition("-")[0],
                    answered_at=written_at - len(samples) / RATE,
                    after_s=after_s,
                    seconds=seconds,
                )
            )
            path.unlink()


def _goes_on(before: Seat | None, seat: Seat) -> bool:
    """Whether it is the same stay; one talk after another are two, however quick."""
    if before is None or before.state != seat.state:
        return False
    return before.mark == seat.mark or seat.state != "talking"
