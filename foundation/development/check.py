"""`make check`: every stage in turn, each named and timed; exit 1 if any failed.

A stage is a program of its own, started from the project's root. When it passes its
last line is shown, when it fails everything it printed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 900.0  # a stage may download its tool on the first run


@dataclass(frozen=True, slots=True)
class Stage:
    """One check: its name, and the command that must end with status 0."""

    name: str
    command: tuple[str, ...]


def installed(program: str, *arguments: str) -> tuple[str, ...]:
    """Return the command of a program that stands beside this interpreter."""
    return (str(Path(sys.executable).with_name(program)), *arguments)


def of_ours(module: str, *arguments: str) -> tuple[str, ...]:
    """Return the command of a module of this package."""
    return (sys.executable, "-m", f"foundation.development.{module}", *arguments)


STAGES = (
    Stage("format", installed("ruff", "format", "--check", ".")),
    Stage("lint", installed("ruff", "check", "--output-format=concise", ".")),
    Stage("types", installed("mypy")),
    Stage("imports", of_ours("importing")),
    Stage("architecture", installed("lint-imports", "--no-logo")),
    Stage("dialplan", of_ours("dialplan")),
    Stage("language", installed("acordo", "compliance", "lint")),
    Stage("page scripts", of_ours("pages")),
    Stage("vendored", of_ours("vendor")),
    Stage("compose file", of_ours("compose")),
    Stage("locks", of_ours("locks")),
)


def run(stage: Stage, root: Path) -> tuple[bool, str]:
    """Run one stage; return whether it passed, and what it printed."""
    try:
        done = subprocess.run(
            stage.command,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    except FileNotFoundError as missing:
        return False, f"not installed: {missing.filename} (make setup)"
    except subprocess.TimeoutExpired:
        return False, f"no end after {LIMIT_S:.0f} s"
    return done.returncode == 0, done.stdout.strip() or f"exit status {done.returncode}"


def main(stages: Sequence[Stage] = STAGES, root: Path = ROOT) -> int:
    """Run the stages in order, print a line for each; return the exit status."""
    failed = []
    begin = time.monotonic()
    for stage in stages:
        print(f"{stage.name:<14}", end="", flush=True)
        started = time.monotonic()
        passed, printed = run(stage, root)
        took = time.monotonic() - started
        if passed:
            print(f"ok     {took:6.1f} s  {printed.splitlines()[-1]}", flush=True)
        else:
            failed.append(stage.name)
            print(f"FAILED {took:6.1f} s\n{printed}", flush=True)
    took = time.monotonic() - begin
    print(f"{'all':<14}{'FAILED' if failed else 'ok':<7}{took:6.1f} s  {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
