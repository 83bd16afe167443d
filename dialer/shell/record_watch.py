"""Keep the switch's own record (CEL) in bounds, and know when it cannot be written.

The switch says nothing when its disk is full, and a call that it did not write down would
have no true end after a crash: so nothing is dialled then.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from foundation.call_record import has_room, turn_over
from foundation.observability import get_logger

LOOK_EVERY_S = 10.0

log = get_logger(__name__)


class RecordWatch:
    """One record; `room` tells whether the switch can go on writing it."""

    def __init__(self, current: Path) -> None:
        self.room = True
        self._current = current

    async def run(self) -> None:
        """Look now and then until cancelled."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(LOOK_EVERY_S)

    def look(self) -> None:
        """Turn a long record over, and see whether there is room for more."""
        try:
            part = turn_over(self._current)
            room = has_room(self._current)
        except OSError as error:
            log.error("record_not_kept", error=str(error))
            return
        if part is not None:
            log.info("record_turned_over", part=part.name)
        if room != self.room:
            self.room = room
            if room:
                log.info("record_has_room_again", folder=str(self._current.parent))
            else:
                log.error("record_has_no_room", folder=str(self._current.parent))
