"""One stack of the real compose file, under a name, secrets and ports of a test's own."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foundation.cli import Failure
from foundation.secrets_cli import GROUP_SETTING, create
from sim.containers.engine import Engine
from sim.throw_away import free_port

ROOT = Path(__file__).resolve().parents[2]
BUILT = (
    "postgres", "valkey", "migrate", "asterisk", "dialer", "ura", "agent_console", "worker",
    "proxy", "turn", "demo_prepare", "carrier", "phones", "outside", "demo_start",
)  # fmt: skip
UNPUBLISHED = ("asterisk", "turn", "outside")  # only the proxy's ports are needed here
CLOSED = ", ports: !reset []"
POLL_S = 0.2
SOCKETS = "/tmp"  # noqa: S108 - of the server, in its container
_HEALTH = (
    "{{.State.Pid}}|{{.State.StartedAt}}|"
    "{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}"
)


@dataclass(frozen=True, slots=True)
class Health:
    """Of one container: number of its first process on the host, since when, how it is."""

    pid: int
    since: str
    state: str


class Stack:
    """Made in `folder`, which holds its secrets and what differs from the compose file."""

    def __init__(self, engine: Engine, name: str, folder: Path) -> None:
        self.name = name
        self._engine = engine
        self.https = free_port()
        self._secrets = secrets = folder / "secrets"
        create(secrets)
        # nothing of the telephone is published, and only a private engine needs the host's
        # network to build
        build = "{ network: host }" if engine.private else "{}"
        lines = [
            f"  {service}: {{ build: {build}{CLOSED if service in UNPUBLISHED else ''} }}"
            for service in BUILT
        ]
        self._override = folder / "compose.test.yml"
        self._override.write_text("\n".join(["services:", *lines]) + "\n", "utf-8")
        self._environment = {
            **engine.environment,
            "ACORDO_STACK": name,
            "COMPOSE_PROFILES": "demo",
            "ACORDO_SECRETS": str(secrets),
            GROUP_SETTING: str((secrets / "ami_secret").stat().st_gid),
            "ACORDO_HTTPS_PORT": str(self.https),
            "ACORDO_HTTP_PORT": str(free_port()),
        }

    def compose(self, *arguments: str, limit_s: float = 600, given: str = "") -> str:
        """What a compose command prints; raises Failure with the end of what it said."""
        command = [
            "docker", "compose", "--file", str(ROOT / "docker-compose.yml"),
            "--file", str(self._override), *arguments,
        ]  # fmt: skip
        done = subprocess.run(
            command, env=self._environment, cwd=ROOT, input=given, text=True, check=False,
            capture_output=True, timeout=limit_s,
        )  # fmt: skip
        if done.returncode != 0:
            said = (done.stderr + done.stdout).strip()[-1500:]
            raise Failure(f"docker compose {' '.join(arguments[:3])}: {said}")
        return done.stdout

    def inside(self, service: str, *command: str, given: str = "") -> str:
        """What a command prints that runs in a service's container."""
        return self.compose("exec", "--no-TTY", service, *command, given=given)

    def secret(self, name: str) -> str:
        return (self._secrets / name).read_text("utf-8").strip()

    def ask(self, query: str) -> list[list[str]]:
        """Rows of the database, as text."""
        said = self.inside(
            "postgres",
            "psql",
            "-h",
            SOCKETS,
            "-U",
            "acordo",
            "-Atc",
            query,
            "acordo",
        )
        return [line.split("|") for line in said.splitlines()]

    def health(self, service: str) -> Health:
        said = self._engine.docker("inspect", "-f", _HEALTH, f"{self.name}-{service}-1")
        pid, since, state = said.strip().split("|")
        return Health(int(pid), since, state)

    def kill(self, service: str) -> tuple[Health, float]:
        """SIGKILL by the host's number: an engine's own `kill` counts as a wish to stop.

        Returns how it was before, and when it was killed, in epoch seconds.
        """
        before = self.health(service)
        at = time.time()
        os.kill(before.pid, signal.SIGKILL)
        return before, at

    def wait_healthy(
        self, services: Sequence[str], limit_s: float, other_than: str = ""
    ) -> None:
        """Until all are; `other_than`: a start that does not count any more."""
        deadline = time.monotonic() + limit_s
        for service in services:
            while True:
                now = self.health(service)
                if now.state == "healthy" and now.since != other_than:
                    break
                if time.monotonic() > deadline:
                    raise Failure(f"{service} não ficou pronto em {limit_s:.0f} s")
                time.sleep(POLL_S)
