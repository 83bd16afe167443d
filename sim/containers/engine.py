"""A container engine to test with: the one that answers, else a private one, as root.

The private one is unpacked, not installed; its data stay in the cache, so that a second
run rebuilds nothing. It changes no firewall rule and leaves no bridge behind.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from foundation.cli import Failure
from foundation.embedded import debian
from foundation.embedded.debian import Say

PROGRAMS = debian.Wanted(
    name="containers",
    packages=(
        "docker.io", "docker-cli", "containerd", "docker-compose", "docker-buildx", "tini",
    ),
    suites=("trixie",),
    depth="alone",
)  # fmt: skip
OF_THE_HOST = ("runc", "iptables", "mmdebstrap")  # they need its libraries
START_LIMIT_S = 60.0
STOP_LIMIT_S = 60.0
# builds have the host's network: this engine translates no addresses
QUIET = (
    "--iptables=false", "--ip6tables=false", "--bridge=none", "--ip-forward=false",
    "--storage-driver=overlay2",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Engine:
    """How to reach an engine: the environment for its client."""

    environment: Mapping[str, str]
    private: bool

    def docker(self, *arguments: str, limit_s: float = 600) -> str:
        """What a command prints; raises CalledProcessError, TimeoutExpired."""
        answer = subprocess.run(
            ["docker", *arguments], env=dict(self.environment), check=True, text=True,
            capture_output=True, timeout=limit_s, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return answer.stdout

    def can(self, *arguments: str, limit_s: float = 60) -> bool:
        """Whether a command succeeds."""
        try:
            self.docker(*arguments, limit_s=limit_s)
        except (subprocess.SubprocessError, FileNotFoundError):
            return False
        return True


@contextmanager
def engine(cache: Path, say: Say) -> Iterator[Engine]:
    """An engine with compose, until the block ends. Raises Failure when there is none."""
    given = Engine(os.environ.copy(), private=False)
    if given.can("version", "--format", "{{.Server.Version}}") and given.can(
        "compose", "version"
    ):
        say("motor de contêineres: o que responde")
        yield given
        return
    if os.getuid() != 0:
        raise Failure(
            "nenhum motor de contêineres responde em DOCKER_HOST, e só root pode subir um"
        )
    with _private(cache, say) as private:
        yield private


@contextmanager
def _private(cache: Path, say: Say) -> Iterator[Engine]:
    _need_of_the_host(say)
    prefix = debian.unpack(PROGRAMS, cache, say)
    folder = cache / "containers-engine"
    plugins = folder / "config" / "cli-plugins"
    if not plugins.exists():
        plugins.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(prefix / "usr/libexec/docker/cli-plugins", plugins)
    environment = {
        **os.environ,
        "PATH": f"{prefix}/usr/sbin:{prefix}/usr/bin:{os.environ['PATH']}",
        "DOCKER_CONFIG": str(folder / "config"),
        "DOCKER_HOST": f"unix://{folder}/docker.sock",
    }
    private = Engine(environment, private=True)
    say("motor de contêineres: um só nosso")
    with (folder / "dockerd.log").open("ab") as output:
        process = subprocess.Popen(
            [
                "dockerd", "--host", environment["DOCKER_HOST"], *QUIET,
                "--data-root", str(folder / "data"), "--exec-root", str(folder / "run"),
                "--pidfile", str(folder / "docker.pid"),
            ],
            env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    try:
        _wait(private, process, folder / "dockerd.log")
        yield private
    finally:
        process.terminate()
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(private: Engine, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while not private.can("version", "--format", "{{.Server.Version}}", limit_s=5):
        if process.poll() is not None or time.monotonic() > deadline:
            last = log.read_text("utf-8", errors="replace").splitlines()[-1:]
            raise Failure(f"o motor de contêineres não subiu: {' '.join(last)}")
        time.sleep(0.2)


def _need_of_the_host(say: Say) -> None:
    missing = [name for name in OF_THE_HOST if shutil.which(name) is None]
    if not missing:
        return
    say(f"instalando {', '.join(missing)}")
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"{' '.join(command[:2])}: {done.stderr.strip()[-300:]}")
