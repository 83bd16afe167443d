"""Gives a recording's sound to a browser: decrypted as it goes, never as a file.

Every opening is audited; the pieces that one player asks for while it plays are one
opening for a minute.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from aiohttp import web

from agent_console.api.endpoint import Asked, Principal, Problem
from agent_console.services import DATABASE, SETTINGS
from cobranca.people import audit
from dialer.recordings.listing import recording
from dialer.recordings.opening import NoRecording, SealedFileMissing, open_for_listening
from foundation.crypto import SealBroken, UnknownKey
from foundation.home import Home
from foundation.observability import get_logger
from foundation.sealed_files import NotASealedFile, SealedFileTruncated
from foundation.sealed_reading import SealedReader

ONE_OPENING = timedelta(minutes=1)
MOST_REMEMBERED = 10_000
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
UNREADABLE = (SealBroken, UnknownKey, NotASealedFile, SealedFileTruncated)

log = get_logger(__name__)


class Openings:
    """Who opened what just now, by action. Lost with the process: then it is noted anew."""

    def __init__(self) -> None:
        self._at: dict[tuple[UUID, UUID, str], datetime] = {}

    def is_new(self, who: UUID, number: UUID, action: str, now: datetime) -> bool:
        """Whether this must be noted; remembers that it was."""
        if len(self._at) > MOST_REMEMBERED:
            self._at = {k: at for k, at in self._at.items() if now - at < ONE_OPENING}
        last = self._at.get((who, number, action))
        if last is not None and now - last < ONE_OPENING:
            return False
        self._at[who, number, action] = now
        return True

    def forget(self, who: UUID, number: UUID, action: str) -> None:
        """It came to nothing after all."""
        self._at.pop((who, number, action), None)


OPENINGS = Openings()


async def opened(asked: Asked[None, None], action: str) -> SealedReader:
    """Audit, then open. Raises Problem no_recording, recording_missing, _broken."""
    number, who = UUID(asked.path["id"]), asked.who
    new = OPENINGS.is_new(who.user_id, number, action, datetime.now(UTC))
    try:
        return await _open(asked.request, number, who, action if new else None)
    except BaseException:
        if new:
            OPENINGS.forget(who.user_id, number, action)
        raise


async def _open(
    request: web.Request, number: UUID, who: Principal, action: str | None
) -> SealedReader:
    home = Home(request.app[SETTINGS].home)
    try:
        async with request.app[DATABASE].begin() as connection:
            listed = await recording(connection, number)
            if listed is None:
                raise Problem("no_recording", 404)
            if action is not None:
                subject = ("recording", number)
                await audit.record(connection, who, action=action, subject=subject)
            by = who.login if action is not None else None
            return await open_for_listening(connection, home, listed.attempt, by=by)
    except NoRecording:
        raise Problem("no_recording", 404) from None
    except SealedFileMissing:
        log.error("recording_file_missing", recording=str(number))
        raise Problem("recording_missing", 404) from None
    except UNREADABLE as error:
        log.error("recording_broken", recording=str(number), why=type(error).__name__)
        raise Problem("recording_broken", 409) from None


def wanted_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The bytes [start, stop) that a Range header asks for; None: it cannot be met.

    >>> wanted_range("bytes=10-19", 100), wanted_range("bytes=-5", 100)
    ((10, 20), (95, 100))
    >>> wanted_range(None, 7)
    (0, 7)
    >>> wanted_range("bytes=100-", 100)
    """
    if header is None:
        return 0, size
    found = RANGE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return 0, size  # a form that we do not know may be ignored
    first, last = found.groups()
    if first == "":
        return max(0, size - int(last)), size
    start = int(first)
    stop = min(size, int(last) + 1) if last else size
    return (start, stop) if start < stop else None


async def send(request: web.Request, reader: SealedReader) -> web.StreamResponse:
    """Answer with the WAV file or the part that was asked for."""
    try:
        header = request.headers.get("Range")
        part = wanted_range(header, reader.size)
        if part is None:
            headers = {"Content-Range": f"bytes */{reader.size}"}
            raise Problem("range", 416, headers=headers)
        return await _send_part(request, reader, *part, partly=header is not None)
    finally:
        reader.close()


async def _send_part(
    request: web.Request, reader: SealedReader, start: int, stop: int, *, partly: bool
) -> web.StreamResponse:
    pieces = reader.read(start, stop)
    try:
        first = await asyncio.to_thread(_next, pieces)
    except SealBroken:
        raise Problem("recording_broken", 409) from None
    response = web.StreamResponse(
        status=206 if partly else 200, headers=_headers(stop - start)
    )
    if partly:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{reader.size}"
    await response.prepare(request)
    piece = first
    try:
        while piece:
            await response.write(piece)
            piece = await asyncio.to_thread(_next, pieces)
    except ConnectionError:
        pass  # the player jumped elsewhere or was closed
    except SealBroken:
        log.error("recording_broken", attempt=request.match_info["id"])
        if request.transport is not None:
            request.transport.abort()  # a short answer must not look whole
    return response


def _headers(size: int) -> dict[str, str]:
    return {
        "Content-Type": "audio/wav",
        "Content-Length": str(size),
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-store",
    }


def _next(pieces: Iterator[bytes]) -> bytes:
    return next(pieces, b"")
