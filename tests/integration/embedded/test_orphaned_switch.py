"""A simulated switch whose process is killed while it starts does not outlive it."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
from pathlib import Path

import psutil

from foundation.embedded import asterisk
from foundation.home import Home
from sim import switch

STARTS = """
import asyncio, sys
from pathlib import Path
from foundation.embedded.asterisk import Instance
from foundation.home import Home
from sim import switch

async def starts(home, prefix):
    held = Instance("asterisk-carrier", Home(Path(home)), Path(prefix))
    async with switch.running(held, Path(home) / "log"):
        pass

asyncio.run(starts(*sys.argv[1:]))
"""


async def opened(held: Path) -> int:
    """Wait until somebody reads it; the end that holds him."""
    async with asyncio.timeout(60):
        while True:
            try:
                return os.open(held, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                await asyncio.sleep(0.05)


def switch_of(parent: int) -> int:
    """The switch itself, and not its command line, which is asked whether all is up."""
    (found,) = [
        child.pid for child in psutil.Process(parent).children() if "-f" in child.cmdline()
    ]
    return found


async def test_it_ends_though_it_forgets_what_it_is_told_while_modules_load(
    fresh_home: Home, asterisk_prefix: Path, tmp_path: Path
) -> None:
    fresh_home.prepare()
    held, templates = tmp_path / "held", tmp_path / "templates"
    os.mkfifo(held)  # the list of modules is not read to its end before it is closed
    templates.mkdir()
    (templates / "modules.conf").write_text(f"#exec /bin/cat {held}\n")
    instance = asterisk.Instance("asterisk-carrier", fresh_home, asterisk_prefix)
    switch.prepare(instance, templates, {}, execincludes="yes")
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", STARTS, str(fresh_home.root), str(asterisk_prefix))
    )
    end = await opened(held)
    watch = os.pidfd_open(switch_of(parent.pid))
    try:
        parent.kill()
        await parent.wait()
        ended, _, _ = await asyncio.to_thread(select.select, [watch], [], [], 10)
        if not ended:
            signal.pidfd_send_signal(watch, signal.SIGKILL)
        assert ended
    finally:
        os.close(watch)
        os.close(end)
