"""The opening hours of our numbers, spoken before anybody calls, for the switch to play.

Each is a file below `$ACORDO_HOME/voice`, named by its text: hours that change are another
file. What is not spoken yet, or cannot be now, is told without hours.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.inbound import service
from cobranca.inbound.opening_hours import OpeningHours
from foundation.embedded.errors import ServerProblem
from foundation.observability import get_logger
from ura.ports import Voice, VoiceFailed
from ura.speaking.hours_in_words import hours_in_words
from ura.speaking.recordings import RecordedVoice, file_name

CLOSED = "ACORDO_CLOSED"  # of the dialplan: what who calls outside the hours hears
# prompts: the usual hours as they are recorded, and one that names none
RECORDED, UNTOLD = "inbound_closed", "inbound_no_agent"
AGAIN_S = (30.0, 1800.0)  # first and longest pause before what failed is tried again
FAILED = (VoiceFailed, ServerProblem, OSError)

log = get_logger(__name__)


class ToldHours:
    """`voice` gives its name and itself, when it is needed; `now_s` goes on steadily."""

    def __init__(
        self,
        folder: Path,
        voice: Callable[[], Awaitable[tuple[str, Voice]]],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder.resolve()
        self._voice = voice
        self._now_s = now_s
        self._there: dict[str, Path] = {}
        self._again: dict[str, tuple[float, float]] = {}  # not before; after which pause

    def played(self, opening: OpeningHours) -> str:
        """What the dialplan plays: a prompt's name, or a path without its ending."""
        if _usual(opening):
            return RECORDED
        file = self._there.get(hours_in_words(opening))
        return str(file.with_suffix("")) if file is not None else UNTOLD

    async def speak(self, openings: Iterable[OpeningHours]) -> None:
        """Have these spoken that are not yet; each fails for itself, and is tried again."""
        lacking = {hours_in_words(one) for one in openings if not _usual(one)}
        due = [said for said in lacking - self._there.keys() if self._is_due(said)]
        if not due:
            return
        try:
            name, voice = await self._voice()
        except FAILED as error:
            self._put_off(due, error)
            return
        kept = RecordedVoice(self._folder, name, voice, keeps=True)
        for said in due:
            try:
                await kept.say(said, last=True)
            except FAILED as error:
                self._put_off([said], error)
            else:
                self._there[said] = self._folder / file_name(name, said, last=True)

    def _is_due(self, said: str) -> bool:
        return said not in self._again or self._again[said][0] <= self._now_s()

    def _put_off(self, texts: list[str], error: Exception) -> None:
        log.warning("hours_not_spoken", why=str(error), texts=len(texts))
        for said in texts:
            first_s, longest_s = AGAIN_S
            _, before_s = self._again.get(said, (0.0, first_s / 2))
            pause_s = min(2 * before_s, longest_s)
            self._again[said] = (self._now_s() + pause_s, pause_s)

    async def keep_up(self, engine: AsyncEngine, own: OpeningHours) -> None:
        """Have the hours of all numbers spoken, and `own` of the settings.

        Raises DBAPIError.
        """
        async with engine.connect() as connection:
            listed = await service.numbers(connection)
        await self.speak([own, *(one.opening for one in listed)])


def _usual(opening: OpeningHours) -> bool:
    """Those of the recording, whatever state the holidays are of."""
    return opening == OpeningHours(uf=opening.uf)
