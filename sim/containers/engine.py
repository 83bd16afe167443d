"""A container engine to test with: the one that answers, else a private one, as root.

The private one is unpacked, not installed; its images stay in the cache, so that a second
run rebuilds nothing. It changes no firewall rule. Whatever it made besides images is
removed before it is used and after: whoever was killed in the middle could not do it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foundation.cli import Failure
from foundation.embedded import debian
from foundation.embedded.debian import Say
from foundation.embedded.program import Program, running
from sim.containers.client import Engine, run

PROGRAMS = debian.Wanted(
    name="containers",
    packages=(
        "docker.io", "docker-cli", "containerd", "docker-compose", "docker-buildx", "tini",
    ),
    suites=("trixie",),
    depth="alone",
)  # fmt: skip
OF_THE_HOST = ("runc", "iptables", "mmdebstrap")  # they need its libraries
ANSWERS = ("version", "--format", "{{.Server.Version}}")
STOP_LIMIT_S = 60.0
INSTALL_LIMIT_S = 900.0
# builds have the host's network: this engine translates no addresses
QUIET = (
    "--iptables=false", "--ip6tables=false", "--bridge=none", "--ip-forward=false",
    "--storage-driver=overlay2",
)  # fmt: skip


@contextmanager
def engine(cache: Path, say: Say) -> Iterator[Engine]:
    """An engine with compose, until the block ends. Raises Failure when there is none."""
    given = Engine(os.environ.copy(), private=False)
    if given.can(*ANSWERS) and given.can("compose", "version"):
        say("motor de contêineres: o que responde")
        yield given
        return
    if os.getuid() != 0:
        raise Failure(
            "nenhum motor de contêineres responde em DOCKER_HOST, e só root pode subir um"
        )
    folder = cache / "containers-engine"
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder / "lock", say), _private(cache, folder, say) as private:
        yield private


@contextmanager
def _alone(lock: Path, say: Say) -> Iterator[None]:
    """One at a time: they would share a socket, data and networks."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("outro make compose-test usa este motor; aguardando")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _private(cache: Path, folder: Path, say: Say) -> Iterator[Engine]:
    _need_of_the_host(say)
    prefix = debian.unpack(PROGRAMS, cache, say)
    plugins = folder / "config" / "cli-plugins"
    shutil.copytree(prefix / "usr/libexec/docker/cli-plugins", plugins, dirs_exist_ok=True)
    environment = {
        **os.environ,
        "PATH": f"{prefix}/usr/sbin:{prefix}/usr/bin:{os.environ['PATH']}",
        "DOCKER_CONFIG": str(folder / "config"),
        "DOCKER_HOST": f"unix://{folder}/docker.sock",
    }
    private = Engine(environment, private=True)
    _stop_leftover(folder / "docker.pid")
    say("motor de contêineres: um só nosso")
    log = folder / "dockerd.log"
    log.unlink(missing_ok=True)
    try:
        with running(_program(prefix, folder, private), log):
            _emptied(private)
            try:
                yield private
            finally:
                _emptied(private)
    finally:
        _unmount(folder)


def _program(prefix: Path, folder: Path, private: Engine) -> Program:
    argv = (
        f"{prefix}/usr/sbin/dockerd", "--host", private.environment["DOCKER_HOST"], *QUIET,
        "--data-root", f"{folder}/data", "--exec-root", f"{folder}/run",
        "--pidfile", f"{folder}/docker.pid",
    )  # fmt: skip
    return Program(
        name="dockerd",
        argv=argv,
        ready=lambda: private.can(*ANSWERS, limit_s=5),
        env=private.environment,
    )


def _stop_leftover(pidfile: Path) -> None:
    """End an engine whose test was killed; nobody else's has this number in this file."""
    try:
        number = int(pidfile.read_text())
        if Path(f"/proc/{number}/comm").read_text().strip() != "dockerd":
            return
        os.kill(number, signal.SIGTERM)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return
    deadline = time.monotonic() + STOP_LIMIT_S
    while Path(f"/proc/{number}").exists():
        if time.monotonic() > deadline:
            raise Failure(f"o motor de uma vez interrompida ({number}) não termina")
        time.sleep(0.2)


def _emptied(private: Engine) -> None:
    """Leave nothing but images; bridges of networks would stay behind on the host."""
    if containers := private.docker("ps", "--all", "--quiet").split():
        private.docker("rm", "--force", "--volumes", *containers)
    private.docker("network", "prune", "--force")
    private.docker("volume", "prune", "--all", "--force")
    private.docker("image", "prune", "--force")


def _unmount(folder: Path) -> None:
    """What an engine that was killed left mounted, the deepest first."""
    mounts = Path("/proc/self/mounts").read_text("utf-8").splitlines()
    points = [line.split()[1] for line in mounts]
    for point in reversed([one for one in points if one.startswith(f"{folder}/")]):
        run(["umount", "--lazy", point], limit_s=30)


def _need_of_the_host(say: Say) -> None:
    missing = [name for name in OF_THE_HOST if shutil.which(name) is None]
    if not missing:
        return
    say(f"instalando {', '.join(missing)}")
    apt = ("apt-get", "-qq", "-o", f"DPkg::Lock::Timeout={INSTALL_LIMIT_S / 2:.0f}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (("update",), ("install", "-y", "--no-install-recommends", *missing)):
        run([*apt, *step], limit_s=INSTALL_LIMIT_S, environment=quiet)
