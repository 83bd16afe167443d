"""Recordings as files: where a sealed one lies, and how a clear one becomes one.

Blocking; runs in an executor. A clear file is only read here: who removes it is the
caller, once the sealed one is in the index.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from dialer.recordings.raw import RawFacts, facts, wav_header, whole_frames
from foundation.sealed_files import SealedFile, seal_stream

CLEAR_SUFFIX = ".raw"
SEALED_SUFFIX = ".wav.enc"
PIECE_BYTES = 256 * 1024  # a whole number of frames


class StillWriting(RuntimeError):
    """O arquivo ainda está sendo gravado pela central."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A recording that was just sealed."""

    file: SealedFile
    facts: RawFacts


def sealed_path(attempt: UUID, placed_at: datetime) -> Path:
    """Where it lies below the folder of sealed recordings: by the day (UTC) of the call."""
    day = placed_at.astimezone(UTC)
    return Path(f"{day:%Y/%m/%d}") / f"{attempt}{SEALED_SUFFIX}"


def quiet_for_s(clear: Path, now_s: float) -> float:
    """Seconds since the switch last wrote; raises FileNotFoundError."""
    return now_s - clear.stat().st_mtime


def seal_recording(clear: Path, target: Path, key: bytes, attempt: UUID) -> Sealed:
    """Seal a clear recording as a stereo WAV file bound to its attempt.

    Raises StillWriting when the clear file changed meanwhile, RecordingTooLong, and
    OSError (no room, say); then no sealed file is left behind.
    """
    before = clear.stat()
    size = whole_frames(before.st_size)
    measured = facts(_pieces(clear, size))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with clear.open("rb") as raw:
        wav = io.BufferedReader(_Wav(wav_header(size), raw, size), PIECE_BYTES)
        done = seal_stream(key, wav, target, bound_to=str(attempt))
    after = clear.stat()
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        target.unlink()
        raise StillWriting(clear.name)
    return Sealed(done, measured)


def _pieces(clear: Path, size: int) -> Iterator[bytes]:
    with clear.open("rb") as raw:
        while size > 0:
            piece = raw.read(min(PIECE_BYTES, size))
            if not piece:
                raise StillWriting(clear.name)  # it became shorter
            size -= len(piece)
            yield piece


class _Wav(io.RawIOBase):
    """A header followed by the first `size` bytes of a file, as one stream."""

    def __init__(self, header: bytes, raw: io.BufferedReader, size: int) -> None:
        self._header = header
        self._raw = raw
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview | bytearray, /) -> int:  # type: ignore[override]
        wanted = len(buffer)
        piece, self._header = self._header[:wanted], self._header[wanted:]
        if not piece:
            piece = self._raw.read(min(wanted, self._left))
            self._left -= len(piece)
        buffer[: len(piece)] = piece
        return len(piece)
