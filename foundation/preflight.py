"""What must hold before anything starts: room on the disk, free ports, one of us only.

Each refusal is one line for the operator, and leaves everything as it was.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from foundation.cli import Failure
from foundation.home import Home
from foundation.system_reasons import reason

LEAST_FREE_BYTES = 500_000_000
LEAST_FREE_AUDIO = 0.5  # of a range
UDP_TABLES = (Path("/proc/net/udp"), Path("/proc/net/udp6"))
LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Port:
    """A port that one of our processes will listen on."""

    purpose: str
    host: str
    number: int
    setting: str  # what changes it
    kind: socket.SocketKind = socket.SOCK_STREAM


@dataclass(frozen=True, slots=True)
class AudioPorts:
    """A range of UDP ports from which a switch takes what each call needs."""

    purpose: str
    first: int
    last: int


def is_loopback(host: str) -> bool:
    """Whether an address can only be this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def require_room(folder: Path) -> None:
    """Refuse a nearly full disk; raises Failure. The folder may not exist yet."""
    folder = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise Failure(
            f"o disco de {folder} tem só {free // 1_000_000} MB livres; "
            f"são precisos {LEAST_FREE_BYTES // 1_000_000} MB"
        )


def require_writable(home: Home) -> None:
    """Refuse a state folder that nothing can be written to; raises Failure."""
    try:
        home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home.root):
            return
    except OSError as error:
        raise Failure(
            f"não é possível gravar em {home.root} ({reason(error)}); "
            f"confira o dono da pasta ou do volume (uid {os.getuid()})"
        ) from None


def require_ports(ports: Sequence[Port]) -> None:
    """Refuse to start beside somebody who listens where we must; raises Failure."""
    busy = [
        f"{port.purpose} {port.host}:{port.number} ({why}; muda-se com {port.setting})"
        for port in ports
        if (why := why_unusable(port))
    ]
    if busy:
        raise Failure("não é possível escutar em: " + "; ".join(busy))


def why_unusable(port: Port) -> str | None:
    """Why nobody can listen there now; None when one can."""
    family = socket.AF_INET6 if ":" in port.host else socket.AF_INET
    with socket.socket(family, port.kind) as probe:
        if port.kind == socket.SOCK_STREAM:
            # connections of a former run may still be closing
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.host, port.number))
        except OSError as error:
            return reason(error)
    return None


def require_audio(ranges: Sequence[AudioPorts], taken: Collection[int]) -> None:
    """Refuse a range with too little left of it; `taken` are UDP ports. Raises Failure.

    A switch passes over a port that is taken, so a few of them do no harm.
    """
    poor = poor_audio(ranges, taken)
    if poor:
        raise Failure("não há portas de áudio que bastem: " + ", ".join(poor))


def poor_audio(ranges: Sequence[AudioPorts], taken: Collection[int]) -> list[str]:
    """The ranges with too little left of them, and why."""
    return [f"{each.purpose} {why}" for each in ranges if (why := _poor(each, taken))]


def _poor(ports: AudioPorts, taken: Collection[int]) -> str | None:
    where = f"{ports.first}-{ports.last}"
    if ports.last <= ports.first:
        return f"{where} (o fim vem antes do começo)"
    numbers = range(ports.first, ports.last + 1)
    free = sum(number not in taken for number in numbers)
    if free < len(numbers) * LEAST_FREE_AUDIO:
        return f"{where} (só {free} de {len(numbers)} livres)"
    return None


def taken_udp_ports() -> frozenset[int]:
    """UDP ports of this machine that some socket holds, on whatever address."""
    found: set[int] = set()
    for table in UDP_TABLES:
        with suppress(FileNotFoundError):  # a host without IPv6
            rows = table.read_text("ascii").splitlines()[1:]
            found.update(int(row.split()[1].rpartition(":")[2], 16) for row in rows)
    return frozenset(found)


@contextmanager
def only_one(home: Home) -> Iterator[None]:
    """Hold the state folder for the block; raises Failure when another holds it.

    The lock is the kernel's and ends with us, however we end.
    """
    path = home.root / LOCK
    handle = _locked(path, home)
    try:
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        path.unlink()
        os.close(handle)


def holder(home: Home) -> int | None:
    """The process that holds the state folder now; None when nobody does."""
    try:
        handle = os.open(home.root / LOCK, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.read(handle, 20))
    finally:
        os.close(handle)
    return None


def _locked(path: Path, home: Home) -> int:
    while True:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 20).decode().strip()
            os.close(handle)
            raise Failure(
                f"o Acordo já está rodando em {home.root} (processo {holder})"
            ) from None
        # the one before us may have removed the file between our two calls
        if path.exists() and os.path.samestat(os.fstat(handle), path.stat()):
            return handle
        os.close(handle)
