"""What must hold before anything starts: room on the disk, free ports, one of us only.

Each refusal is one line for the operator, and leaves everything as it was.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from foundation.cli import Failure
from foundation.home import Home

LEAST_FREE_BYTES = 500_000_000
LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Port:
    """A port that one of our processes will listen on."""

    purpose: str
    host: str
    number: int
    kind: socket.SocketKind = socket.SOCK_STREAM


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


def require_ports(ports: Sequence[Port]) -> None:
    """Refuse to start beside somebody who listens where we must; raises Failure."""
    busy = [
        f"{port.purpose} {port.host}:{port.number} ({why})"
        for port in ports
        if (why := _unusable(port))
    ]
    if busy:
        raise Failure("não é possível escutar em: " + ", ".join(busy))


def _unusable(port: Port) -> str | None:
    family = socket.AF_INET6 if ":" in port.host else socket.AF_INET
    with socket.socket(family, port.kind) as probe:
        if port.kind == socket.SOCK_STREAM:
            # connections of a former run may still be closing
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.host, port.number))
        except OSError as error:
            busy = error.errno == errno.EADDRINUSE
            return "porta ocupada" if busy else str(error.strerror or error)
    return None


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
