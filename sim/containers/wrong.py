"""What is wrong is told in one line by the service that has it: tried in real containers.

Each is started by itself with one thing wrong, and must end, having said so.
"""

from __future__ import annotations

from dataclasses import dataclass

from foundation.cli import Failure
from sim.containers.stack import Stack

NONE = "/run/secrets/none"
_LATER = "UPDATE alembic_version SET version_num = 'zz_of_a_later_version'"


@dataclass(frozen=True, slots=True)
class Wrong:
    """`options` of `docker compose run`; `says`: words of the one line."""

    what: str
    service: str
    options: tuple[str, ...]
    says: str


CASES = (
    Wrong(
        "um segredo falta", "dialer", ("-e", f"ACORDO_AMI__SECRET_FILE={NONE}"),
        f"ACORDO_AMI__SECRET_FILE={NONE}",
    ),
    Wrong(
        "o certificado falta", "proxy", ("-e", "ACORDO_TLS=/etc/acordo/certs/x.pem x.key"),
        "proxy: o arquivo TLS /etc/acordo/certs/x.pem não existe",
    ),
    Wrong(
        "o certificado não é um", "proxy", ("-e", "ACORDO_TLS=/etc/passwd /etc/group"),
        "proxy: a configuração de TLS não vale",
    ),
    Wrong(
        "o volume não se grava", "valkey", ("-v", "/srv:/var/lib/acordo-valkey:ro"),
        "valkey: não é possível gravar em /var/lib/acordo-valkey",
    ),
    Wrong(
        "o estado não se grava", "asterisk", ("-v", "/srv:/var/lib/acordo:ro"),
        "/var/lib/acordo",
    ),
)  # fmt: skip


def tried(stack: Stack) -> None:
    """Every one of them; raises Failure. PostgreSQL runs, and nothing else is needed."""
    for one in CASES:
        _told(stack, one)
    stack.ask(_LATER)
    _told(stack, Wrong("o banco é mais novo", "migrate", (), "versão mais nova"))


def _told(stack: Stack, one: Wrong) -> None:
    try:
        stack.compose(
            "run", "--rm", "--no-deps", "--no-TTY", *one.options, one.service, limit_s=60
        )
    except Failure as failure:
        lines = failure.format_message().strip().splitlines()
        if any(one.says in line for line in lines):
            return
        raise Failure(f"{one.what}: {one.service} disse {lines[-1]}") from None
    raise Failure(f"{one.what}, e {one.service} não se queixou")
