"""`make check`: every stage in turn, each named and timed; exit 1 if any failed.

A stage is a program of its own, started from the project's root. What it prints is
shown only when it fails, so that a clean run is one line a stage.
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
    """One check: its name, and the commands that must all end with status 0."""

    name: str
    commands: tuple[tuple[str, ...], ...]


def installed(program: str, *arguments: str) -> tuple[str, ...]:
    """Return the command of a program that stands beside this interpreter."""
    return (str(Path(sys.executable).with_name(program)), *arguments)


def of_ours(module: str, *arguments: str) -> tuple[str, ...]:
    """Return the command of a module of this package."""
    return (sys.executable, "-m", f"foundation.development.{module}", *arguments)


STAGES = (
    Stage("format", (installed("ruff", "format", "--check", "--quiet", "."),)),
    Stage("lint", (installed("ruff", "check", "--quiet", "."),)),
    Stage("types", (installed("mypy", "--no-error-summary"),)),
    Stage("architecture", (installed("lint-imports", "--no-logo"),)),
    Stage("dialplan", (of_ours("dialplan"),)),
    Stage("page scripts", (of_ours("pages"),)),
    Stage("compose file", (of_ours("compose"),)),
    Stage("locks", (of_ours("locks"),)),
)


def run(stage: Stage, root: Path) -> str | None:
    """Run one stage; return None when it passed, else what its commands printed."""
    for command in stage.commands:
        try:
            done = subprocess.run(
                command,
                cwd=root,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=LIMIT_S,
                check=False,
            )
        except FileNotFoundError as missing:
            return f"not installed: {missing.filename} (make setup)"
        except subprocess.TimeoutExpired:
            return f"no end after {LIMIT_S:.0f} s: {' '.join(command)}"
        if done.returncode != 0:
            return done.stdout.strip() or f"exit status {done.returncode}"
    return None


def main(stages: Sequence[Stage] = STAGES, root: Path = ROOT) -> int:
    """Run the stages in order, print a line for each; return the exit status."""
    failed = []
    begin = time.monotonic()
    for stage in stages:
        print(f"{stage.name:<14}", end=" ", flush=True)
        started = time.monotonic()
        problem = run(stage, root)
        print(f"{'ok' if problem is None else 'FAILED':<7}{_since(started)}", flush=True)
        if problem is not None:
            failed.append(stage.name)
            print(problem, flush=True)
    print(f"{'all':<14} {'FAILED' if failed else 'ok':<7}{_since(begin)}")
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def _since(start: float) -> str:
    return f"{time.monotonic() - start:6.1f} s"


if __name__ == "__main__":
    sys.exit(main())
