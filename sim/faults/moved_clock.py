"""One process sees another time: its wall clock is moved while it runs, as a wrong step of
NTP would; its monotonic clock goes on.

By libfaketime from this host's own Debian, unpacked beside the project and preloaded into
that process alone; the offset is a file that it reads again and again.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from foundation.embedded import debian
from foundation.embedded.errors import ProgramMissing
from foundation.embedded.program import Program
from foundation.home import Home
from foundation.settings import ProcessSettings

PACKAGE = "libfaketime"
WHOSE = "dialer"
READ_AGAIN_S = 1


def library(settings: ProcessSettings, say: debian.Say) -> Path:
    """The library's file, fetched on first use.

    Raises ProgramMissing and what `debian.unpack` raises.
    """
    wanted = debian.Wanted(name="faketime", packages=(PACKAGE,), depth="alone")
    prefix = debian.unpack(wanted, settings.cache, say)
    found = next(prefix.glob("usr/lib/*/faketime/libfaketime.so.1"), None)
    if found is None:
        raise ProgramMissing(PACKAGE, prefix)
    return found


def movable(program: Program, home: Home, preload: Path) -> Program:
    """The same program, whose clock `move` moves; a new start is needed."""
    move(home, 0)
    more = {
        "LD_PRELOAD": str(preload),
        "FAKETIME_TIMESTAMP_FILE": str(_file(home)),
        "FAKETIME_CACHE_DURATION": str(READ_AGAIN_S),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DISABLE_SHM": "1",
        "NO_FAKE_STAT": "1",
    }
    return replace(program, env={**program.env, **more})


def move(home: Home, seconds: int) -> None:
    """From now on (within READ_AGAIN_S) the clock is off by that much, ahead or behind."""
    handle, draft = tempfile.mkstemp(dir=home.root)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{seconds:+d}\n")
    os.replace(draft, _file(home))


def _file(home: Home) -> Path:
    return home.root / "clock-offset"
