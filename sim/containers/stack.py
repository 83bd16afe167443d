"""One stack of the real compose file, under a name, secrets and ports of a test's own."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from foundation.cli import Failure
from foundation.secrets_cli import GROUP_SETTING, create
from sim.containers.client import Engine, run
from sim.throw_away import free_port

ROOT = Path(__file__).resolve().parents[2]
BUILT = (
    "postgres", "valkey", "migrate", "asterisk", "dialer", "ura", "agent_console", "worker",
    "proxy", "turn", "demo_prepare", "carrier", "phones", "outside", "demo_start",
)  # fmt: skip
# only the proxy's ports are needed here
UNPUBLISHED = ("asterisk", "turn", "outside", "worker")
CLOSED = ", ports: !reset []"
# the demonstration's people talk for a minute at most here: a drained stack waits for them
SCENARIO = Path("sim/scenarios/demo.toml")
IN_IMAGE = f"/opt/acordo/src/{SCENARIO}"
TALKS, SHORT = "at_most = 900", "at_most = 60"
READ_BY = ("demo_prepare", "phones")
# one service of each image: those of servers, and of our own processes
SERVER_IMAGES = ("postgres", "valkey", "proxy", "turn")
OWN_IMAGES = ("migrate", "asterisk")
POLL_S = 0.2  # of a time that is measured
PAUSE_S = 0.5
SOCKETS = "/tmp"  # noqa: S108 - of the server, in its container
_HEALTH = (
    "{{.State.Pid}}|{{.State.StartedAt}}|"
    "{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}"
)


def until(holds: Callable[[], bool], otherwise: str, limit_s: float) -> None:
    """Look again and again; raises Failure with that when it takes too long."""
    deadline = time.monotonic() + limit_s
    while not holds():
        if time.monotonic() > deadline:
            raise Failure(otherwise)
        time.sleep(PAUSE_S)


def _shortened(path: Path) -> Path:
    """The demonstration's scenario with short talks, written there."""
    text = (ROOT / SCENARIO).read_text("utf-8")
    if TALKS not in text:
        raise Failure(f"{SCENARIO} não diz mais {TALKS}")
    path.write_text(text.replace(TALKS, SHORT), "utf-8")
    path.chmod(0o644)
    return path


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
        self.engine = engine
        self.https = free_port()
        self.secrets = secrets = folder / "secrets"
        create(secrets)
        # nothing of the telephone is published, and only a private engine needs the host's
        # network to build
        build = "{ network: host }" if engine.private else "{}"
        scenario = _shortened(folder / SCENARIO.name)
        told = f', volumes: ["{scenario}:{IN_IMAGE}:ro"]'
        lines = [
            f"  {service}: {{ build: {build}{CLOSED if service in UNPUBLISHED else ''}"
            f"{told if service in READ_BY else ''} }}"
            for service in BUILT
        ]
        override = folder / "compose.test.yml"
        override.write_text("\n".join(["services:", *lines]) + "\n", "utf-8")
        self._environment = {
            **engine.environment,
            "COMPOSE_FILE": f"{ROOT / 'docker-compose.yml'}:{override}",
            "COMPOSE_DISABLE_ENV_FILE": "1",  # an operator's own says other things
            "ACORDO_STACK": name,
            "COMPOSE_PROFILES": "demo",
            "ACORDO_SECRETS": str(secrets),
            GROUP_SETTING: str((secrets / "ami_secret").stat().st_gid),
            "ACORDO_HTTPS_PORT": str(self.https),
            "ACORDO_HTTP_PORT": str(free_port()),
        }

    def compose(
        self, *arguments: str, limit_s: float = 600, given: str = "",
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> str:  # fmt: skip
        """What a compose command prints; raises Failure with the end of what it said."""
        return run(
            ["docker", "compose", *arguments], limit_s=limit_s, folder=ROOT, given=given,
            environment={**self._environment, **settings},
        )  # fmt: skip

    def inside(self, service: str, *command: str, given: str = "") -> str:
        """What a command prints that runs in a service's container."""
        return self.compose("exec", "--no-TTY", service, *command, given=given)

    def secret(self, name: str) -> str:
        return (self.secrets / name).read_text("utf-8").strip()

    def ask(self, query: str) -> list[list[str]]:
        """Rows of the database, as text."""
        said = self.inside(
            "postgres", "psql", "-h", SOCKETS, "-U", "acordo", "-Atc", query, "acordo",
        )  # fmt: skip
        return [line.split("|") for line in said.splitlines()]

    def container(self, service: str) -> str:
        return f"{self.name}-{service}-1"

    def told(self, service: str) -> str:
        """What a service has said, by both of its streams."""
        return self.compose("logs", "--no-color", "--no-log-prefix", service)

    def health(self, service: str) -> Health:
        said = self.engine.docker("inspect", "-f", _HEALTH, self.container(service))
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
