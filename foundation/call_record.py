"""The files of the switch's own record of channels (CEL): the current one, its old parts.

The switch opens the current file anew for each line and writes it in one piece, so
renaming the file is the whole of a rotation: a line goes into the old part or begins the
new file, the switch is not told, and no crash can fall between two steps. Reading them is
`dialer.adapters.cel`.
"""

from __future__ import annotations

import shutil
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO

PART_BYTES = 64 * 2**20  # about 130,000 calls, more than an hour at 30 calls a second
PARTS_KEPT = 4  # an attempt lasts an hour at most, so its lines are in one of these
ROOM_BYTES = 64 * 2**20  # less free space than this is as good as none


def turn_over(
    current: Path, *, part_bytes: int = PART_BYTES, keep: int = PARTS_KEPT
) -> Path | None:
    """Make the current file an old part once it is that long; return the part.

    Removes the oldest parts beyond those to keep. Raises OSError (the folder is not ours
    to write); then nothing was changed and the file simply grows on.
    """
    part = None
    try:
        if current.stat().st_size >= part_bytes:
            part = current.with_name(f"{current.name}.{time.time_ns():020}")
            current.rename(part)
    except FileNotFoundError:  # no line yet, or somebody turned it over just now
        return None
    for old in old_parts(current)[:-keep]:
        old.unlink(missing_ok=True)
    return part


def old_parts(current: Path) -> list[Path]:
    """The old parts, oldest first."""
    return sorted(current.parent.glob(f"{current.name}.[0-9]*"))


def opened(current: Path, stack: ExitStack) -> list[BinaryIO]:
    """Open all there is, oldest first; the stack closes it.

    The current file is opened before the parts are listed: one that is turned over in
    between is read twice, which changes nothing, and never not at all.
    """
    files, newest = list[BinaryIO](), list[BinaryIO]()
    with suppress(FileNotFoundError):
        newest.append(stack.enter_context(current.open("rb")))
    for part in old_parts(current):
        with suppress(FileNotFoundError):  # removed just now: older than anything asked for
            files.append(stack.enter_context(part.open("rb")))
    return files + newest


def has_room(current: Path) -> bool:
    """Whether the switch can go on writing: it says nothing itself when its disk is full.

    True before there is a folder: then nothing is written yet.
    """
    try:
        return shutil.disk_usage(current.parent).free >= ROOM_BYTES
    except FileNotFoundError:
        return True
