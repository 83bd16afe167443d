"""A program that we run as our direct child, and how to know that it serves.

Knows nothing of who supervises it. A child asks the kernel for a signal when its
parent dies, so that a supervisor killed with SIGKILL leaves nothing running.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foundation.embedded.errors import DidNotStart

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
START_LIMIT_S = 60.0
STOP_LIMIT_S = 10.0
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that a program runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One process: its command, its readiness, and how it is asked to stop."""

    name: str
    argv: tuple[str, ...]
    ready: Callable[[], bool]  # quick, never raises for "not yet"
    env: Mapping[str, str] = field(default_factory=dict)  # besides our own environment
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals | None = None  # when we die; None: as it is stopped
    start_limit_s: float = START_LIMIT_S
    addresses: Mapping[str, str] = field(default_factory=dict)  # what status shows
    spare: bool = False  # it waits for words, and copies of it do the work (spare.py)


def die_with_parent(number: signal.Signals, parent: int) -> None:
    """In a child that was just made: have that signal when `parent` dies."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, int(number))
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def popen_options(program: Program) -> dict[str, Any]:
    """Keyword arguments for Popen and create_subprocess_exec alike."""
    parent, orphaned = os.getpid(), program.orphan_signal or program.stop_signal
    options: dict[str, Any] = {
        "env": {**os.environ, **program.env},
        "stdin": subprocess.DEVNULL,
        "start_new_session": True,  # Ctrl-C reaches us alone; we stop the rest in order
        # after the change of user, which would clear it
        "preexec_fn": lambda: die_with_parent(orphaned, parent),
    }
    if program.account is not None:
        options |= {
            "user": program.account.uid,
            "group": program.account.gid,
            "extra_groups": [],
        }
    return options


@contextmanager
def running(program: Program, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the program until the block ends; its output goes to `log`.

    Raises DidNotStart with the last lines it wrote.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            program.argv, stdout=output, stderr=subprocess.STDOUT, **popen_options(program)
        )
    try:
        _wait_until_ready(program, process, log)
        yield process
    finally:
        _stop(program, process)


def _wait_until_ready(
    program: Program, process: subprocess.Popen[bytes], log: Path
) -> None:
    deadline = time.monotonic() + program.start_limit_s
    while not program.ready():
        if process.poll() is not None or time.monotonic() > deadline:
            lines = log.read_text("utf-8", errors="replace").splitlines()
            raise DidNotStart(program.name, " | ".join(lines[-5:]))
        time.sleep(_POLL_S)


def _stop(program: Program, process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(program.stop_signal)
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
