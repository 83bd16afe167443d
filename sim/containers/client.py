"""How to speak to a container engine: its command-line client, with an environment."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from foundation.cli import Failure

TOLD = 1500  # letters of what a command that failed said


def run(
    command: list[str],
    *,
    limit_s: float,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    given: str = "",
) -> str:
    """What a command prints; raises Failure with the end of what it said.

    In a session of its own: Ctrl-C reaches us alone, and we put away in order.
    """
    shown = " ".join(command[:4])
    try:
        done = subprocess.run(
            command, env=environment, cwd=folder, input=given, text=True, check=False,
            capture_output=True, timeout=limit_s, start_new_session=True,
        )  # fmt: skip
    except FileNotFoundError:
        raise Failure(f"{command[0]} não está instalado") from None
    except subprocess.TimeoutExpired:
        raise Failure(f"{shown}: sem resposta em {limit_s:.0f} s") from None
    if done.returncode != 0:
        raise Failure(f"{shown}: {(done.stderr + done.stdout).strip()[-TOLD:]}")
    return done.stdout


@dataclass(frozen=True, slots=True)
class Engine:
    """How to reach an engine: the environment for its client."""

    environment: Mapping[str, str]
    private: bool

    def docker(self, *arguments: str, limit_s: float = 600) -> str:
        """What a command prints; raises Failure."""
        command = ["docker", *arguments]
        return run(command, limit_s=limit_s, environment=dict(self.environment))

    def can(self, *arguments: str, limit_s: float = 60) -> bool:
        """Whether a command succeeds."""
        try:
            self.docker(*arguments, limit_s=limit_s)
        except Failure:
            return False
        return True
