"""Give a secret another value while everything runs: no call ends, nothing restarts.

Who is logged in stays; whoever connects from then on shows the new value, because it is
read from its file at each connection. A file is written in place, for containers have
that very file and would not see another one of its name.

Repeating is always right: what was interrupted between the file and its server is mended
by the next value.
"""

from __future__ import annotations

import os
import secrets as random
from collections.abc import Callable, Mapping
from pathlib import Path

BYTES = 24  # a switch keeps 63 letters of a database's password
Compose = Callable[..., object]  # arguments of `docker compose`; raises when it fails

SWITCH_READS = ("exec", "--no-TTY", "asterisk", "acordo", "switch", "--reload")


def new_secret() -> str:
    return random.token_hex(BYTES)


def following(password: Mapping[str, str]) -> dict[str, str]:
    """What holds a password of another file."""
    postgres, switch = password["postgres_password"], password["switch_password"]
    valkey = password["valkey_password"]
    return {
        "database_url": f"postgresql://acordo:{postgres}@postgres/acordo",
        "asterisk_database_url": f"postgresql://acordo_switch:{switch}@postgres/acordo",
        "redis_url": f"redis://acordo:{valkey}@valkey",
        "valkey_acl": _acl(valkey),
    }


def passwords(folder: Path) -> dict[str, str]:
    """The passwords that addresses are made of, by their files."""
    files = sorted(folder.glob("*_password"))
    return {path.name: path.read_text("utf-8").strip() for path in files}


def rotate(folder: Path, name: str, compose: Compose) -> None:
    """Change one of ROTATED. Raises FileNotFoundError, OSError, and what `compose` does."""
    ROTATED[name](folder, compose)


def _ami(folder: Path, compose: Compose) -> None:
    _replace(folder, "ami_secret", new_secret())
    compose(*SWITCH_READS)


def _postgres(folder: Path, compose: Compose) -> None:
    _change(folder, "postgres_password", "database_url")
    compose("exec", "--no-TTY", "postgres", "take-password")


def _switch(folder: Path, compose: Compose) -> None:
    """The switch's role at the database: who owns the database gives it its password."""
    _change(folder, "switch_password", "asterisk_database_url")
    compose("run", "--rm", "--no-deps", "--no-TTY", "migrate")
    compose(*SWITCH_READS)


def _valkey(folder: Path, compose: Compose) -> None:
    """Both are right for a moment, so that nobody who connects meanwhile is refused."""
    before, after = passwords(folder)["valkey_password"], new_secret()
    take = ("exec", "--no-TTY", "valkey", "take-acl")
    _replace(folder, "valkey_acl", _acl(before, after))
    compose(*take)
    _replace(folder, "valkey_password", after)
    _replace(folder, "redis_url", following(passwords(folder))["redis_url"])
    _replace(folder, "valkey_acl", _acl(after))
    compose(*take)


def _turn(folder: Path, compose: Compose) -> None:
    """The one before stays good at the relay until it restarts: browsers hold what was
    signed with it for a shift."""
    _replace(folder, "turn_secret", new_secret())
    compose("exec", "--no-TTY", "turn", "take-secret")


def _tls(folder: Path, compose: Compose) -> None:
    """Certificates are put into their files by whoever has them."""
    compose("exec", "--no-TTY", "proxy", "take-certificates")


ROTATED: Mapping[str, Callable[[Path, Compose], None]] = {
    "ami": _ami,
    "postgres": _postgres,
    "switch": _switch,
    "valkey": _valkey,
    "turn": _turn,
    "tls": _tls,
}


def _acl(*valid: str) -> str:
    shown = " ".join(f">{password}" for password in valid)
    return f"user default off\nuser acordo on {shown} ~* &* +@all"


def _change(folder: Path, name: str, address: str) -> None:
    _replace(folder, name, new_secret())
    _replace(folder, address, following(passwords(folder))[address])


def _replace(folder: Path, name: str, value: str) -> None:
    """In place; no longer than it takes is there anything but the one or the other."""
    content = f"{value}\n".encode()
    handle = os.open(folder / name, os.O_WRONLY)
    try:
        os.pwrite(handle, content, 0)
        os.ftruncate(handle, len(content))
        os.fsync(handle)
    finally:
        os.close(handle)
