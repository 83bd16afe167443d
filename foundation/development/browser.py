"""The browser of the browser tests: Debian's Chromium, there before the tests begin.

It cannot be unpacked beside the project as our other programs are: its installation sets up
how it keeps its pages apart. So it is used if present, else installed with the rights that
a person has, else the command to type is said. `make test` and `make faults`
call this; nothing that runs the product does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PROGRAM = "chromium"
INSTALL = "apt-get update -q && apt-get install -y -q --no-install-recommends chromium"


def main() -> int:
    """Return 0 when Chromium can be started, 1 when a person must act."""
    if shutil.which(PROGRAM) is not None:
        return 0
    rights = _rights()
    if rights is None or shutil.which("apt-get") is None:
        return _asked("is not installed")
    print("browser: installing Debian's chromium (about 100 MB, needs root)", flush=True)
    done = subprocess.run([*rights, "sh", "-c", INSTALL], check=False)
    if done.returncode != 0 or shutil.which(PROGRAM) is None:
        return _asked("could not be installed")
    return 0


def _rights() -> list[str] | None:
    """What goes before a command that needs root; None without a way to be root."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    if sys.stdin.isatty():
        return ["sudo"]  # it may ask for the password
    asked = subprocess.run(
        ["sudo", "-n", "true"],
        check=False,
        capture_output=True,
    )
    return ["sudo", "-n"] if asked.returncode == 0 else None


def _asked(why: str) -> int:
    print(
        f"browser: chromium {why}. As somebody with root's rights, run:\n"
        "    sudo apt-get update && sudo apt-get install --no-install-recommends chromium",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
