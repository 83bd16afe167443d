"""Who gets where, and with what rights, tried in the containers of a running stack.

Every server's door is knocked at from every container, at each of its addresses: who needs
it gets in, nobody else does. And every process of every container is looked at on the host.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from foundation.cli import Failure
from sim.containers.stack import Stack

SHUT_S, OPEN_S = 4, 60  # so long is knocked from another network, and from the same
PROCESSES = frozenset({"dialer", "ura", "agent_console", "worker"})


@dataclass(frozen=True, slots=True)
class Door:
    """A port of a service, and those whom it is for."""

    name: str
    service: str
    port: int
    welcome: frozenset[str]


DOORS = (
    Door("AMI", "asterisk", 5038, frozenset({"dialer"})),
    Door("WebSocket", "asterisk", 8088, frozenset({"agent_console"})),
    Door("AGI", "ura", 4573, frozenset({"asterisk"})),
    Door("AudioSocket", "ura", 4574, frozenset({"asterisk"})),
    Door(
        "PostgreSQL", "postgres", 5432, PROCESSES | {"asterisk", "carrier", "phones"},
    ),
    Door("Valkey", "valkey", 6379, PROCESSES | {"phones"}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """One address of a door; `near`: in a network of the one who knocks too."""

    door: Door
    address: str
    near: bool


def proved(stack: Stack, services: Sequence[str]) -> int:
    """How many ways were tried; raises Failure with each that is not as it must be."""
    homes = {service: _addresses(stack, service) for service in services}
    if stack.engine.private:
        _keep_bridges_apart(stack)
    ways = {
        service: [
            Way(door, address, near=network in homes[service])
            for door in DOORS
            if door.service != service
            for network, address in homes[door.service].items()
        ]
        for service in services
    }
    with ThreadPoolExecutor(len(services)) as pool:
        knocks = {each: pool.submit(_knock, stack, each, ways[each]) for each in services}
    wrong = [
        line
        for service in services
        for line in _judged(service, ways[service], knocks[service].result())
    ]
    for service in services:
        wrong += _rights(stack, service)
    if wrong:
        raise Failure("; ".join(wrong))
    return sum(map(len, ways.values()))


def _addresses(stack: Stack, service: str) -> dict[str, str]:
    """Of a container, by the names of its networks."""
    asked = ("inspect", "-f", "{{json .NetworkSettings.Networks}}")
    found = json.loads(stack.engine.docker(*asked, stack.container(service)))
    return {name: network["IPAddress"] for name, network in found.items()}


def _keep_bridges_apart(stack: Stack) -> None:
    """What other engines do by firewall rules, of which a private one makes none: nothing
    goes from one of the stack's networks to another, whatever this host forwards."""
    ours = ("--filter", f"label=com.docker.compose.project={stack.name}")
    for number in stack.engine.docker("network", "ls", "--quiet", *ours).split():
        Path(f"/proc/sys/net/ipv4/conf/br-{number}/forwarding").write_text("0\n", "ascii")


def _knock(stack: Stack, service: str, ways: Sequence[Way]) -> set[str]:
    """The doors that opened, by name."""
    knocks = "\n".join(
        f"timeout {OPEN_S if way.near else SHUT_S} bash -c"
        f" '</dev/tcp/{way.address}/{way.door.port}' 2>/dev/null && echo {way.door.name} &"
        for way in ways
    )
    return set(stack.inside(service, "bash", "-c", f"{knocks}\nwait").split())


def _judged(service: str, ways: Sequence[Way], opened: set[str]) -> Iterator[str]:
    for door in dict.fromkeys(way.door for way in ways):
        welcome = service in door.welcome
        if welcome != (door.name in opened):
            yield f"{service} {'não alcança' if welcome else 'alcança'} {door.name}"


def _rights(stack: Stack, service: str) -> Iterator[str]:
    """No process is root or may do what only root may; nothing writes its own programs."""
    listed = stack.engine.docker("top", stack.container(service), "-eo", "pid")
    for number in listed.split()[1:]:
        process = Path("/proc") / number
        try:
            told = (process / "status").read_text("utf-8")
            mounts = (process / "mounts").read_text("utf-8")
        except (FileNotFoundError, ProcessLookupError):
            continue  # a health check that ended meanwhile
        status = dict(line.split(":\t", 1) for line in told.splitlines() if ":\t" in line)
        if not mounts:
            continue
        if "0" in status["Uid"].split():
            yield f"{service}: um processo é root"
        if any(int(status[f"Cap{kind}"], 16) for kind in ("Prm", "Eff", "Bnd")):
            yield f"{service}: um processo tem capacidades"
        if status["NoNewPrivs"].strip() != "1":
            yield f"{service}: um processo pode ganhar privilégios"
        root = next(line.split() for line in mounts.splitlines() if line.split()[1] == "/")
        if "ro" not in root[3].split(","):
            yield f"{service}: grava na sua própria raiz"
