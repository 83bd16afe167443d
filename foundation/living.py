"""Who a process is, beyond its number, and whether it is gone for certain.

Numbers of processes are given anew. A name tells the machine, its present start, the space
of numbers, the number, and when the process began; so a process of the same machine can
see that another one is no more, and nobody else can: for them it may still act.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_BEGAN = 19  # field of /proc/PID/stat, counted after the command's name


def name_of_this() -> str:
    """This process, as `is_gone` of any process of this machine understands it."""
    return f"{_machine()}:{os.getpid()}/{_space()}-{_began(os.getpid())}"


def short(name: str) -> str:
    """As people read it: machine and number.

    >>> short("central:4711/0a1b2c3d-4026531836-99")
    'central:4711'
    """
    return name.partition("/")[0]


def pid_of(name: str) -> int:
    """The number of a process of this machine.

    >>> pid_of("central:4711/0a1b2c3d-4026531836-99")
    4711
    """
    return int(short(name).rpartition(":")[2])


def is_gone(name: str) -> bool:
    """Whether that process has ended; False whenever that is not certain."""
    where, _, life = name.partition("/")
    machine, _, number = where.rpartition(":")
    space, _, began = life.rpartition("-")
    here = (_machine(), _space())
    if not space or (machine, space) != here or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it lives, and is somebody else's
        pass
    now = _began(int(number))
    return now is not None and now != began


def _machine() -> str:
    return socket.gethostname()


def _space() -> str:
    """This start of this machine, and the space of numbers in it; "" where unknown."""
    with suppress(OSError):
        boot = _BOOT.read_text("ascii").partition("-")[0]
        return f"{boot}-{os.stat('/proc/self/ns/pid').st_ino}"
    return ""


def _began(number: int) -> str | None:
    """In ticks since the machine's start; None when nobody tells."""
    with suppress(OSError, IndexError):
        stat = Path(f"/proc/{number}/stat").read_text("ascii", "replace")
        return stat.rpartition(")")[2].split()[_BEGAN]
    return None
