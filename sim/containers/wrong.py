"""What is wrong is told in one line by the service that has it: tried in real containers.

Some are started by themselves with one thing wrong, and must end, having said so. Others
are wrong while the whole stack is brought up: whoever needs them is not started before
they are mended, and then all come up.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass

from foundation.cli import Failure
from sim.containers.stack import Stack, until

NONE = "/run/secrets/none"
LATER = "zz_of_a_later_version"
NEED_SERVERS = ("dialer", "ura", "agent_console", "worker", "proxy")
NEVER = "0001"  # the year in which an engine says was started what never was
LIMIT_S = 300.0
# a process whose clock is ten minutes fast
_FAST = (
    "import time; right = time.time; time.time = lambda: right() + 600;"
    " from foundation.cli import main; main(['db', 'upgrade'])"
)
_IN_USE = ("address already in use", "port is already allocated")


@dataclass(frozen=True, slots=True)
class Wrong:
    """`options` of `docker compose run`; `says`: words of the one line."""

    what: str
    service: str
    options: tuple[str, ...]
    says: str
    command: tuple[str, ...] = ()


CASES = (
    Wrong(
        "um segredo falta", "dialer", ("-e", f"ACORDO_AMI__SECRET_FILE={NONE}"),
        f"ACORDO_AMI__SECRET_FILE={NONE}",
    ),
    Wrong(
        "o certificado não é um", "proxy", ("-e", "ACORDO_TLS=/etc/passwd /etc/group"),
        "proxy: a configuração de TLS não vale",
    ),
    Wrong(
        "o estado não se grava", "asterisk", ("-v", "/srv:/var/lib/acordo:ro"),
        "não é possível gravar em /var/lib/acordo",
    ),
    Wrong(
        "o estado não se grava", "dialer", ("-v", "/srv:/var/lib/acordo:ro"),
        "não é possível gravar em /var/lib/acordo",
    ),
    Wrong(
        "o relógio está adiantado", "migrate", (),
        "o relógio desta máquina está 600 s adiantado em relação ao do banco de dados",
        ("python3", "-c", _FAST),
    ),
)  # fmt: skip


def alone(stack: Stack) -> None:
    """Every one of CASES; raises Failure. PostgreSQL runs, and nothing else is needed."""
    for one in CASES:
        try:
            stack.compose(
                "run", "--rm", "--no-deps", "--no-TTY", *one.options, one.service,
                *one.command, limit_s=LIMIT_S,
            )  # fmt: skip
        except Failure as failure:
            line(failure.format_message(), one.says, f"{one.what}: {one.service}")
        else:
            raise Failure(f"{one.what}, e {one.service} não se queixou")


def secret_absent(stack: Stack) -> None:
    """A secret's file is not there: nothing starts, and the line names it. Then it is
    there, but closed: its server says so, and others wait."""
    secret = stack.secrets / "valkey_acl"
    away = secret.rename(secret.with_suffix(".away"))
    line(_refused(stack), str(secret), "um segredo falta: o motor")
    away.rename(secret)
    mode = secret.stat().st_mode
    secret.chmod(0o600)
    _refused(stack)
    _told(stack, "valkey", "valkey: falta o segredo /run/secrets/valkey_acl")
    _waited(stack, NEED_SERVERS)
    secret.chmod(mode)
    stack.wait_healthy(("valkey",), LIMIT_S)  # it is tried again and again


def volume_closed(stack: Stack) -> None:
    """The database's volume cannot be written: all others wait for its server."""
    _mode(stack, "0500")
    _refused(stack)
    _told(stack, "postgres", "postgres: não é possível gravar em /var/lib/acordo-postgres")
    _waited(stack, ("migrate", *NEED_SERVERS))
    _mode(stack, "0700")
    stack.wait_healthy(("postgres",), LIMIT_S)


def database_newer(stack: Stack, version: str) -> None:
    """Tables of a later version, as `set_version` made them: nothing works with them."""
    _refused(stack)
    _told(stack, "migrate", "versão mais nova")
    _waited(stack, NEED_SERVERS)
    set_version(stack, version)


def set_version(stack: Stack, version: str) -> str:
    """Let the tables be of another version; returns of which they were."""
    (before,) = stack.ask("SELECT version_num FROM alembic_version")[0]
    stack.ask(f"UPDATE alembic_version SET version_num = '{version}'")  # noqa: S608 - ours
    return before


def door_closed(stack: Stack) -> None:
    """A certificate that is not there, then a port that another holds: the proxy, or the
    engine for it, says so, and what is behind it runs."""
    absent = {"ACORDO_TLS": "/etc/acordo/certs/x.pem /etc/acordo/certs/x.key"}
    stack.compose("up", "--detach", "proxy", limit_s=LIMIT_S, settings=absent)
    _told(stack, "proxy", "proxy: o arquivo TLS /etc/acordo/certs/x.pem não existe")
    stack.compose("rm", "--stop", "--force", "proxy")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", stack.https))
        other.listen()
        said = _refused(stack, "proxy")
    line(said, str(stack.https), "a porta está ocupada: o motor")
    if not any(words in said for words in _IN_USE):
        raise Failure(f"a porta está ocupada, e o motor disse {said}")
    stack.wait_healthy(("agent_console",), LIMIT_S)


def _told(stack: Stack, service: str, says: str) -> None:
    """Wait until a service has said it, in one line."""
    until(
        lambda: any(says in line for line in stack.told(service).splitlines()),
        f"{service} não disse: {says}", LIMIT_S,
    )  # fmt: skip


def _waited(stack: Stack, services: Sequence[str]) -> None:
    """None of those was started."""
    for name in services:
        found = stack.health(name)
        if found.pid != 0 or found.since[:4] != NEVER:
            raise Failure(f"{name} não esperou: {found.state}")


def _refused(stack: Stack, *services: str) -> str:
    """What is said when it cannot be brought up."""
    try:
        stack.compose("up", "--detach", *services, limit_s=LIMIT_S)
    except Failure as failure:
        return failure.format_message()
    raise Failure("subiu, apesar do que está errado")


def line(said: str, words: str, who: str) -> None:
    """One of the lines holds those words; raises Failure."""
    lines = said.strip().splitlines()
    if not any(words in line for line in lines):
        raise Failure(f"{who} disse {lines[-1] if lines else 'nada'}")


def _mode(stack: Stack, mode: str) -> None:
    """Of the database's volume, by an image that is there."""
    volume = f"{stack.name}_postgres:/volume"
    stack.engine.docker(
        "run", "--rm", "--user", "0", "--network", "none", "--volume", volume,
        "acordo/postgres:18", "chmod", mode, "/volume",
    )  # fmt: skip
