"""What people ask of the floor waits until it can be done.

Nothing is done before it is known where everybody stands. What needs the switch waits as
long as the switch is not heard, and so does all that was asked after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from dialer.shell.floor import Floor


class Asking:
    """Keeps the order in which things were asked."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._waiting: list[Callable[[], None]] = []
        self._all_done = asyncio.Event()
        self._known = False

    def ask(self, do: Callable[[], None], *, acts: bool) -> None:
        """Do it now, or when it can be done. `acts`: it needs the switch."""
        if not self._known or self._waiting or (acts and self._floor.blind):
            self._waiting.append(do)
            self._all_done.clear()
        else:
            do()

    def go_on(self) -> None:
        """The floor is known, and the switch is heard."""
        self._known = True
        waiting, self._waiting = self._waiting, []
        for do in waiting:
            do()
        self._all_done.set()

    async def done(self) -> None:
        """Wait until nothing waits any more."""
        await self._all_done.wait()
