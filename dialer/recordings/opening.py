"""Opens sealed recordings. Nobody hears one without a trace in the call's history."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.recordings import index
from foundation.crypto import Keys
from foundation.home import Home
from foundation.sealed_files import open_file
from foundation.sealed_reading import SealedReader

OPENED = "recording_opened"


class NoRecording(LookupError):
    """Esta chamada não tem gravação."""


class SealedFileMissing(LookupError):
    """A gravação está no índice, mas o arquivo cifrado não está na pasta."""


async def open_recording(
    engine: AsyncEngine, home: Home, attempt: UUID, *, by: str
) -> Iterator[bytes]:
    """Return the pieces of the WAV file; who opened it is committed before the first one.

    Reading blocks and may raise foundation.crypto.SealBroken and its kin. Raises
    NoRecording, SealedFileMissing.
    """
    async with engine.begin() as connection:
        known = await index.find(connection, attempt)
        if known is None:
            raise NoRecording(str(attempt))
        sealed = home.recordings_sealed / known.path
        if not sealed.exists():
            raise SealedFileMissing(known.path)
        await index.note(connection, attempt, OPENED, {"by": by})
    key = Keys.of(home).recording_key(known.creditor_id)
    return open_file(key, sealed, bound_to=str(attempt))


async def open_for_listening(
    connection: AsyncConnection, home: Home, attempt: UUID, *, by: str | None
) -> SealedReader:
    """Return a reader that can jump. `by` None: this person's opening is noted already.

    The caller commits before a byte is given. Raises NoRecording, SealedFileMissing, and
    what SealedReader raises.
    """
    known = await index.find(connection, attempt)
    if known is None:
        raise NoRecording(str(attempt))
    sealed = home.recordings_sealed / known.path
    if by is not None:
        await index.note(connection, attempt, OPENED, {"by": by})
    key = Keys.of(home).recording_key(known.creditor_id)
    try:
        return await asyncio.to_thread(SealedReader, key, sealed, bound_to=str(attempt))
    except FileNotFoundError as error:
        raise SealedFileMissing(known.path) from error


def write_whole(pieces: Iterator[bytes], target: Path) -> int:
    """Write a file, mode 0600, that appears whole or not at all; return its bytes."""
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".export-")
    size = 0
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                size += file.write(piece)
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return size
