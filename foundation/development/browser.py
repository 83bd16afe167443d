"""The browsers of the browser tests: Debian's Chromium, there before the tests begin.

It cannot be unpacked beside the project as our other programs are: its installation sets up
how it keeps its pages apart. So it is used if present, else installed with the rights that
a person has, else the command to type is said. `make test` and `make faults`
call this; nothing that runs the product does.

Calls are tested in Chromium whole. Pages without sound are tested in the form of it that
has no window and costs a third of the processor; without it Chromium shows them too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PROGRAM = "chromium"
WITHOUT_WINDOW = "chromium-headless-shell"
# both: Debian has them in one version, which an older one may have to be raised to
APT = f"install --no-install-recommends {PROGRAM} {WITHOUT_WINDOW}"
INSTALL = f"apt-get update -q && apt-get -y -q {APT}"


def main() -> int:
    """Return 0 when Chromium can be started, 1 when a person must act."""
    if for_pages() == WITHOUT_WINDOW and shutil.which(PROGRAM) is not None:
        return 0
    rights = _rights()
    if rights is None or shutil.which("apt-get") is None:
        return _gone_without("is not installed")
    print("browser: installing Debian's chromium (about 160 MB, needs root)", flush=True)
    subprocess.run([*rights, "sh", "-c", INSTALL], check=False)
    if for_pages() == WITHOUT_WINDOW and shutil.which(PROGRAM) is not None:
        return 0
    return _gone_without("could not be installed")


def for_pages() -> str:
    """The program that shows pages without sound: the lighter one if it is there."""
    return WITHOUT_WINDOW if shutil.which(WITHOUT_WINDOW) is not None else PROGRAM


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


def _gone_without(why: str) -> int:
    alone = shutil.which(PROGRAM) is not None
    what = f"{WITHOUT_WINDOW} (tests are slower without it)" if alone else PROGRAM
    print(
        f"browser: {what} {why}. As somebody with root's rights, run:\n"
        f"    sudo apt-get update && sudo apt-get {APT}",
        file=sys.stderr,
    )
    return 0 if alone else 1


if __name__ == "__main__":
    raise SystemExit(main())
