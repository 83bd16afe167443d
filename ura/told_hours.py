"""The opening hours of our numbers, spoken before anybody calls, for the switch to play.

Each is a file below `$ACORDO_HOME/voice`, named by its text: hours that change are another
file. What is not spoken yet, or cannot be, is told without hours.
"""

from __future__ import annotations

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

log = get_logger(__name__)


class ToldHours:
    """`voice` gives its name and itself, when it is first needed."""

    def __init__(
        self, folder: Path, voice: Callable[[], Awaitable[tuple[str, Voice]]]
    ) -> None:
        self._folder = folder.resolve()
        self._voice = voice
        self._there: dict[str, Path] = {}
        self._refused: set[str] = set()

    def played(self, opening: OpeningHours) -> str:
        """What the dialplan plays: a prompt's name, or a path without its ending."""
        if _usual(opening):
            return RECORDED
        file = self._there.get(hours_in_words(opening))
        return str(file.with_suffix("")) if file is not None else UNTOLD

    async def speak(self, openings: Iterable[OpeningHours]) -> None:
        """Have these spoken that are not yet; what failed is not tried again."""
        lacking = {hours_in_words(one) for one in openings if not _usual(one)}
        lacking -= self._there.keys() | self._refused
        if not lacking:
            return
        try:
            name, voice = await self._voice()
            kept = RecordedVoice(self._folder, name, voice, keeps=True)
            for said in lacking:
                await kept.say(said, last=True)
                self._there[said] = self._folder / file_name(name, said, last=True)
        except (VoiceFailed, ServerProblem, OSError) as error:
            log.warning("hours_not_spoken", why=str(error))
            self._refused |= lacking

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
