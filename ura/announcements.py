"""What creditors recorded for callers of their own numbers, as files for the switch.

`announcements/NUMBER/PROMPT.wav` below the state folder: the dialplan takes what is there
(context `announces`), and says the rest in our voice. It needs neither this process nor
the database for it. Files are replaced whole; what is not to be heard any more is taken
away. A file that somebody took or changed is written again.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.voices import service
from foundation.observability import get_logger
from foundation.system_reasons import reason

Wanted = Mapping[str, Mapping[str, UUID]]  # recordings by prompt, by number
_OPEN, _READABLE = 0o755, 0o644

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Written:
    """A file as it was left: another size or time, and it is not that one any more."""

    recording: UUID
    size: int
    changed_ns: int


class Announcements:
    """The folder of one process, which alone writes into it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: dict[Path, _Written] = {}
        self._told: list[str] = []  # the troubles of the last time: they are told once

    async def keep_up(self, engine: AsyncEngine) -> None:
        """Bring the folder to what the database has. Raises DBAPIError.

        A file that cannot be written leaves callers our own voice, and is tried again.
        """
        async with engine.connect() as connection:
            wanted = await service.announced_at_numbers(connection)
            troubles = await asyncio.to_thread(self._tidy, wanted)
            for path, recording in self._lacking(wanted).items():
                sound = await service.sound_of(connection, recording)
                if sound is not None:  # it was replaced this moment
                    troubles += await asyncio.to_thread(self._write, path, recording, sound)
        self._tell(troubles)

    def _tidy(self, wanted: Wanted) -> list[str]:
        """Take away what is not wanted; return what went wrong."""
        files = files_of(self._folder, wanted)
        there = self._folder.glob("*/*") if self._folder.is_dir() else ()
        troubles = [
            trouble for file in there if file not in files for trouble in _gone(file)
        ]
        for folder in self._folder.glob("*"):
            if folder.name not in wanted:
                troubles += _gone(folder)
        return troubles

    def _lacking(self, wanted: Wanted) -> dict[Path, UUID]:
        files = files_of(self._folder, wanted)
        return {path: one for path, one in files.items() if not self._is_there(path, one)}

    def _is_there(self, path: Path, recording: UUID) -> bool:
        known = self._written.get(path)
        return known is not None and known == _as_it_is(path, recording)

    def _write(self, path: Path, recording: UUID, sound: bytes) -> list[str]:
        """Put it there; return what went wrong."""
        try:
            path.parent.mkdir(mode=_OPEN, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as draft:
                draft.write(sound)
            Path(draft.name).chmod(_READABLE)
            Path(draft.name).replace(path)  # who hears the old one hears it to its end
        except OSError as error:
            return [f"{path}: {reason(error)}"]
        found = _as_it_is(path, recording)
        if found is not None:
            self._written[path] = found
        log.info("announcement_written", number=path.parent.name, prompt=path.stem)
        return []

    def _tell(self, troubles: list[str]) -> None:
        if troubles and troubles != self._told:
            log.warning("announcements_not_kept", why=troubles[0], files=len(troubles))
        self._told = troubles


def files_of(folder: Path, wanted: Wanted) -> dict[Path, UUID]:
    """Where each recording is to lie."""
    return {
        folder / number / f"{prompt}.wav": recording
        for number, prompts in wanted.items()
        for prompt, recording in prompts.items()
    }


def _gone(path: Path) -> list[str]:
    """Take away a file, or a folder with nothing in it; return what went wrong."""
    try:
        path.rmdir() if path.is_dir() else path.unlink()
    except OSError as error:
        return [f"{path}: {reason(error)}"]
    return []


def _as_it_is(path: Path, recording: UUID) -> _Written | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return _Written(recording, found.st_size, found.st_mtime_ns)
