"""Tells whether the committed locks still answer to `pyproject.toml`, or writes them anew.

To check, each lock is resolved again without upgrading; a requirement that was added,
removed or tightened since gives other lines. Hashes are left out of the comparison, for
they change when somebody publishes one more wheel of a version that is locked already.
Without network the resolver's cache answers; when that is empty the check says so and
fails.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NO_NETWORK = ("failed to fetch", "error sending request", "dns error", "could not connect")


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock file and how it is resolved."""

    name: str
    arguments: tuple[str, ...]
    source: str = ""  # requirements given on standard input


LOCKS = (
    Lock("requirements-dev.lock", ("--extra", "dev", "pyproject.toml")),
    Lock("requirements.lock", ("--constraint", "requirements-dev.lock", "pyproject.toml")),
    Lock("requirements-uv.lock", ("-",), "uv\nsetuptools\n"),
)


class NotResolved(RuntimeError):
    """The requirements could not be resolved; the resolver's words follow."""


def pins(text: str) -> list[str]:
    """Return the requirements of a lock, sorted, without hashes and comments.

    >>> pins("b==2 ; python_full_version < '3.12' \\\\\\n    --hash=sha256:00\\na==1")
    ['a==1', "b==2 ; python_full_version < '3.12'"]
    """
    lines = (line.rstrip("\\ ").rstrip() for line in text.splitlines())
    return sorted(line for line in lines if line and not line.startswith((" ", "#")))


def stale(lock: Lock, root: Path) -> list[str]:
    """Compare a lock with a fresh resolution; return the lines that differ, signed.

    Raises NotResolved, also when neither network nor cache has an answer.
    """
    committed = set(pins((root / lock.name).read_text("utf-8")))
    fresh = set(pins(_resolve(lock, root)))
    missing = [f"+ {line}" for line in sorted(fresh - committed)]
    return missing + [f"- {line}" for line in sorted(committed - fresh)]


def _resolve(lock: Lock, root: Path) -> str:
    answer = _compile(lock, root)
    if answer.returncode != 0 and _looks_offline(answer.stderr):
        answer = _compile(lock, root, "--offline")
        if answer.returncode != 0:
            raise NotResolved(f"no network, and not in the cache: {answer.stderr.strip()}")
    if answer.returncode != 0:
        raise NotResolved(answer.stderr.strip())
    return answer.stdout


def _looks_offline(message: str) -> bool:
    return any(sign in message.lower() for sign in NO_NETWORK)


def _compile(lock: Lock, root: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Resolve onto a copy, so that what is locked is preferred and nothing is written."""
    with tempfile.TemporaryDirectory() as draft:
        copy = Path(shutil.copy(root / lock.name, draft))
        done = subprocess.run(
            [*_command(lock), *more, "--output-file", str(copy)],
            cwd=root,
            input=lock.source,
            capture_output=True,
            text=True,
            check=False,
        )
        done.stdout = copy.read_text("utf-8")
    return done


def _command(lock: Lock) -> list[str]:
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "pip", "compile", "--quiet", "--python-version", "3.11"]
    return [*command, "--universal", "--no-header", "--no-annotate", *lock.arguments]


def write(root: Path) -> None:
    """Resolve every lock to the newest versions, with hashes and without registry."""
    for lock in LOCKS:
        subprocess.run(
            [*_command(lock), "--upgrade", "--generate-hashes", "--output-file", lock.name],
            cwd=root,
            input=lock.source,
            stdout=subprocess.DEVNULL,
            text=True,
            check=True,
        )


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Check every lock, or `write` them; the exit status is 0 or 1."""
    if arguments == ["write"]:
        write(root)
        return 0
    failed = False
    for lock in LOCKS:
        try:
            differences = stale(lock, root)
        except NotResolved as error:
            failed = True
            print(f"{lock.name} could not be checked: {error}")
            continue
        if differences:
            failed = True
            print(f"{lock.name} is stale (make lock):", *differences, sep="\n  ")
    if not failed:
        print(f"{len(LOCKS)} locks answer to their requirements")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
