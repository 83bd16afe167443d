"""Seals recordings: clear file of the switch -> encrypted WAV, checksum, index.

A handler of the outbox (topic `recording`) and a sweep for clear files that nobody asked
to seal. The clear file is removed only after the index row is committed, so at any
instant the sound exists at least once.
"""

from __future__ import annotations

import errno
import shutil
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.recordings import index
from dialer.recordings.files import (
    Sealed,
    StillWriting,
    quiet_for_s,
    seal_recording,
    sealed_path,
)
from dialer.recordings.raw import CHANNELS
from foundation.crypto import KEY_ID, Keys
from foundation.db.outbox import OutboxContext, Transient, enqueue
from foundation.home import Home
from foundation.observability import bound, get_logger
from foundation.sealed_files import sha256_of

CLEAR_SUFFIX = ".raw"
QUIET_S = 1.0  # the switch writes many times a second while it records
SWEEP_QUIET_S = 30.0
NOT_THERE_TRIES = 5  # a file that is not there by then was never written
NOT_THERE_S = 2.0
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
NO_ROOM_S = 30.0
DRAFTS = ".sealing-*"
OLD_DRAFT_S = 3600.0

log = get_logger(__name__)


class UnknownAttempt(LookupError):
    """A gravação é de uma chamada que não existe no banco de dados."""


class SealedCopyBroken(RuntimeError):
    """A cópia cifrada não confere com o índice; o arquivo original foi mantido."""


class RecordingIn(BaseModel):
    """The payload. `file`: the clear file's name without suffix, if not the attempt."""

    model_config = ConfigDict(extra="forbid")

    attempt: UUID
    creditor_id: UUID | None = None
    file: str | None = Field(None, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")


async def seal(context: OutboxContext, payload: dict[str, Any]) -> None:
    """Handle one order. Safe to be called again at any point."""
    order = RecordingIn.model_validate(payload)
    home = Home(context.settings.home)
    clear = home.recordings_clear / f"{order.file or order.attempt}{CLEAR_SUFFIX}"
    with bound(attempt=str(order.attempt)):
        await index.lock(context.connection, order.attempt)
        known = await index.find(context.connection, order.attempt)
        if known is not None:
            await _finish(context, home, clear, known)
        else:
            await _seal(context, home, clear, order)


async def _seal(
    context: OutboxContext, home: Home, clear: Path, order: RecordingIn
) -> None:
    times = await index.times_of(context.connection, order.attempt)
    if times is None:
        raise UnknownAttempt(str(order.attempt))
    if times.ended_at is None:
        raise Transient("the call is still up", after_s=NOT_THERE_S)
    try:
        await _wait_until_written(context, clear)
    except FileNotFoundError:
        await _not_there(context, order)
        return
    path = sealed_path(order.attempt, times.placed_at)
    key = Keys.of(home).recording_key(order.creditor_id)
    sealed = await _sealed(context, clear, home.recordings_sealed / path, key, order)
    await _index(context.connection, order, path, sealed, times.began_at)
    context.after_commit.append(lambda: _remove(clear))
    log.debug(
        "recording_sealed",
        length_s=round(sealed.facts.seconds, 2),
        left_dbfs=sealed.facts.left_dbfs,
        right_dbfs=sealed.facts.right_dbfs,
        file_bytes=sealed.file.bytes,
    )


async def _wait_until_written(context: OutboxContext, clear: Path) -> None:
    quiet_s = await context.offload(quiet_for_s, clear, time.time())
    if quiet_s < QUIET_S:
        raise Transient("the switch is still writing", after_s=QUIET_S - quiet_s + 0.05)


async def _not_there(context: OutboxContext, order: RecordingIn) -> None:
    """A file may come late; one that never comes is said aloud and noted with the call."""
    if context.tries < NOT_THERE_TRIES:
        raise Transient("no clear file yet", after_s=NOT_THERE_S)
    log.error("recording_missing")
    await index.note(context.connection, order.attempt, "recording_missing", {})


async def _sealed(
    context: OutboxContext, clear: Path, target: Path, key: bytes, order: RecordingIn
) -> Sealed:
    try:
        return await context.offload(seal_recording, clear, target, key, order.attempt)
    except StillWriting as error:
        raise Transient("the switch is still writing", after_s=QUIET_S) from error
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        free = shutil.disk_usage(target.parent.parent).free
        log.error("recording_no_room", folder=str(target.parent), free_bytes=free)
        raise Transient("no room for recordings", after_s=NO_ROOM_S) from error


async def _index(
    connection: AsyncConnection,
    order: RecordingIn,
    path: Path,
    sealed: Sealed,
    began_at: datetime,
) -> None:
    await index.add(
        connection,
        {
            "attempt_id": order.attempt,
            "creditor_id": order.creditor_id,
            "path": str(path),
            "key_id": str(KEY_ID),
            "seconds": sealed.facts.seconds,
            "channels": CHANNELS,
            "bytes": sealed.file.bytes,
            "sha256": sealed.file.sha256,
            "sealed_at": func.clock_timestamp(),
            "began_at": began_at,
        },
    )


async def _finish(
    context: OutboxContext, home: Home, clear: Path, known: index.Known
) -> None:
    """Indexed already: remove what a crash left in clear, if the sealed copy is sound."""
    sealed = home.recordings_sealed / known.path
    if not await context.offload(clear.exists):
        return
    if not await context.offload(_is_sound, sealed, known.sha256):
        raise SealedCopyBroken(known.path)
    context.after_commit.append(lambda: _remove(clear))


def _is_sound(sealed: Path, sha256: str) -> bool:
    return sealed.exists() and sha256_of(sealed) == sha256


def _remove(clear: Path) -> None:
    try:
        clear.unlink(missing_ok=True)
    except OSError as error:  # the sweep comes back to it
        log.error("recording_clear_not_removed", why=error.strerror)


async def sweep(context: OutboxContext) -> None:
    """Order the sealing of clear files that were forgotten; drop drafts of a crash."""
    home = Home(context.settings.home)
    quiet = await context.offload(_quiet_files, home.recordings_clear, time.time())
    ready, known = await index.orphans(context.connection, quiet)
    for orphan in ready:
        creditor = None if orphan.creditor_id is None else str(orphan.creditor_id)
        payload = {"attempt": str(orphan.attempt), "creditor_id": creditor}
        key = f"{orphan.attempt}:{quiet[orphan.attempt]}"
        await enqueue(context.connection, index.TOPIC, key, payload)
    if ready:
        log.warning("recordings_swept", count=len(ready))
    if unknown := set(quiet) - known:
        log.error("recordings_without_attempt", count=len(unknown))
    await context.offload(_drop_old_drafts, home.recordings_sealed, time.time())


def _quiet_files(folder: Path, now_s: float) -> dict[UUID, int]:
    """Attempts with a clear file that nobody writes to any more, and its time (ns)."""
    found: dict[UUID, int] = {}
    for clear in folder.glob(f"*{CLEAR_SUFFIX}"):
        try:
            attempt, written = UUID(clear.stem), clear.stat()
        except (ValueError, FileNotFoundError):
            continue  # of no attempt, or just sealed
        if now_s - written.st_mtime >= SWEEP_QUIET_S:
            found[attempt] = written.st_mtime_ns
    return found


def _drop_old_drafts(folder: Path, now_s: float) -> None:
    """Drop half-written files of a killed worker; what they came from is still there."""
    recent = sorted(folder.glob("*/*/*"))[-2:]
    for draft in (path for day in recent for path in day.glob(DRAFTS)):
        if now_s - draft.stat().st_mtime > OLD_DRAFT_S:
            draft.unlink(missing_ok=True)
