"""Whether the tests find, install or ask for Chromium, with a PATH of our own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from foundation.development import browser

SCRIPT = Path(browser.__file__)
CHROMIUM = "#!/bin/sh\n"
BOTH = (browser.PROGRAM, browser.WITHOUT_WINDOW)


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def put(programs: Path, name: str, script: str) -> None:
    path = programs / name
    path.write_text(script, "ascii")
    path.chmod(0o755)


def prepare(programs: Path, *, root: bool) -> subprocess.CompletedProcess[str]:
    """Run it with only `programs` and a shell on the PATH, as root or as it seems to be."""
    put(programs, "sh", '#!/bin/sh\nexec /bin/sh "$@"\n')
    uid = 0 if root else 1000
    start = (
        f"import os, runpy; os.geteuid = lambda: {uid}; "
        f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", start],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PATH": str(programs)},
        timeout=60,
    )


def apt(programs: Path, *, works: bool) -> None:
    """An apt-get that notes what it is asked, and puts both forms of Chromium there."""
    made = "; ".join(
        f"printf '#!/bin/sh\\n' >{programs}/{name}; /bin/chmod +x {programs}/{name}"
        for name in BOTH
    )
    install = f'case "$*" in *install*) {made};; esac' if works else "exit 100"
    put(programs, "apt-get", f'#!/bin/sh\necho "$@" >>{programs}/asked\n{install}\n')


def asked(programs: Path) -> list[str]:
    path = programs / "asked"
    return path.read_text("ascii").splitlines() if path.exists() else []


def test_what_is_there_is_used(programs: Path) -> None:
    apt(programs, works=True)
    for name in BOTH:
        put(programs, name, CHROMIUM)
    assert prepare(programs, root=True).returncode == 0
    assert asked(programs) == []


@pytest.mark.parametrize("root", [True, False])
def test_chromium_alone_shows_pages_too(programs: Path, root: bool) -> None:
    apt(programs, works=False)
    put(programs, "chromium", CHROMIUM)
    done = prepare(programs, root=root)
    assert done.returncode == 0
    assert "slower" in done.stderr
    assert len(asked(programs)) == (1 if root else 0)


def test_root_installs_it_after_one_line_that_says_so(programs: Path) -> None:
    apt(programs, works=True)
    done = prepare(programs, root=True)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert "installing Debian's chromium" in done.stdout
    assert asked(programs) == [
        "update -q",
        f"-y -q {browser.APT}",
    ]


def test_who_may_use_sudo_installs_it_with_sudo(programs: Path) -> None:
    apt(programs, works=True)
    put(programs, "sudo", '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n')
    put(programs, "true", "#!/bin/sh\n")
    done = prepare(programs, root=False)
    assert done.returncode == 0, done.stderr
    assert len(asked(programs)) == 2


@pytest.mark.parametrize("sudo", [None, "#!/bin/sh\nexit 1\n"], ids=["none", "refused"])
def test_who_may_not_is_told_the_command(programs: Path, sudo: str | None) -> None:
    apt(programs, works=True)
    if sudo is not None:
        put(programs, "sudo", sudo)
    done = prepare(programs, root=False)
    assert done.returncode == 1
    assert "sudo apt-get install --no-install-recommends chromium" in done.stderr
    assert asked(programs) == []


def test_an_installation_that_fails_says_the_command_too(programs: Path) -> None:
    apt(programs, works=False)
    done = prepare(programs, root=True)
    assert done.returncode == 1
    assert "could not be installed" in done.stderr
    assert "sudo apt-get update" in done.stderr
