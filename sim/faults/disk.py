"""A file system for recordings alone, small enough to be full when we want it so.

It is mounted where only this process and its children see it (a mount namespace), so that
nothing is left of it when they end, however they end. Root may do that, and whoever may
make user namespaces.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foundation.health import CannotRun

_LIBC = ctypes.CDLL(None, use_errno=True)
_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000  # sched.h
_PRIVATE, _RECURSIVE = 1 << 18, 1 << 14  # sys/mount.h
_DETACH = 2
SIZE_BYTES = 64 * 2**20
BALLAST = "lastro"


class NoPrivateMounts(CannotRun):
    """Este usuário não pode montar um disco só para as gravações."""


def alone() -> None:
    """Let this thread, and all that it starts from now on, see mounts of its own.

    To be called before other threads are started. Raises NoPrivateMounts.
    """
    uid, gid = os.getuid(), os.getgid()
    kinds = _NEW_MOUNTS if uid == 0 else _NEW_MOUNTS | _NEW_USER
    if _LIBC.unshare(kinds) != 0:
        raise NoPrivateMounts(f"disco das gravações: {_reason()}")
    if uid != 0:
        for name, line in (
            ("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"),
            ("gid_map", f"{gid} {gid} 1"),
        ):  # fmt: skip
            Path(f"/proc/self/{name}").write_text(line, "ascii")
    if _LIBC.mount(b"none", b"/", None, _PRIVATE | _RECURSIVE, None) != 0:
        raise NoPrivateMounts(f"disco das gravações: {_reason()}")


@contextmanager
def small(folder: Path) -> Iterator[None]:
    """Put a small file system in the folder's place until the block ends.

    Raises NoPrivateMounts; needs `alone` before.
    """
    options = f"size={SIZE_BYTES},mode=0700,uid={os.getuid()},gid={os.getgid()}"
    place = os.fsencode(folder)
    if _LIBC.mount(b"acordo", place, b"tmpfs", 0, options.encode()) != 0:
        raise NoPrivateMounts(f"disco das gravações: {_reason()}")
    try:
        yield
    finally:
        _LIBC.umount2(place, _DETACH)


def fill(folder: Path) -> Path:
    """Write until there is no room left; return the file to be removed."""
    ballast = folder / BALLAST
    block = bytes(2**16)
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(block) == len(block):
                pass
        except OSError:  # full, as was wanted
            pass
    return ballast


def _reason() -> str:
    return os.strerror(ctypes.get_errno())
