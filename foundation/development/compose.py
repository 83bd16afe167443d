"""Checks the compose files with the stand-alone program of Debian's docker-compose.

The package is unpacked into the cached folder: neither root nor a container engine is
needed to read a file. Before it judges ours, the program must refuse a planted fault.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from foundation.embedded import debian
from foundation.embedded.errors import ServerProblem
from foundation.settings import ProcessSettings

ROOT = Path(__file__).resolve().parents[2]
FILE = "docker-compose.yml"
REAL = "compose.prod.yml"  # laid over it
PLANTED = "services:\n  dialer:\n    imagem: acordo\n"
WANTED = debian.Wanted(
    name="docker-compose",
    packages=("docker-compose",),
    suites=("trixie",),  # an older Debian has only the Python one, long dead
    depth="alone",
)


def program(cache: Path) -> Path:
    """Return docker-compose, fetched on first use; raises what `debian.unpack` raises."""
    prefix = debian.unpack(WANTED, cache, lambda line: print(line, file=sys.stderr))
    return prefix / "usr/libexec/docker/cli-plugins/docker-compose"


def fault(compose: Path, folder: Path, *files: str) -> str | None:
    """Return what docker-compose has against files laid over each other, or None."""
    named = [word for name in files for word in ("--file", name)]
    done = subprocess.run(
        [str(compose), *named, "--profile", "*", "config", "--quiet"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return None
    return done.stderr.strip() or f"docker-compose ended with status {done.returncode}"


def check(compose: Path, root: Path) -> str | None:
    """Return what is wrong with the project's files, or with the program, or None."""
    with tempfile.TemporaryDirectory() as trial:
        (Path(trial) / FILE).write_text(PLANTED, "utf-8")
        if "imagem" not in (fault(compose, Path(trial), FILE) or ""):
            return "docker-compose took a planted fault for good: it judges nothing"
    return fault(compose, root, FILE) or fault(compose, root, FILE, REAL)


def main() -> int:
    """Check the project's files; the exit status is 0 or 1."""
    try:
        problem = check(program(ProcessSettings().cache), ROOT)
    except ServerProblem as error:
        problem = str(error)
    print(problem or "valid; a planted fault is refused")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
