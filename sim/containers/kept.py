"""What a restored installation must still have: an agreement, and the recording of it.

Both are made as an operator's program would make them, through the proxy and the public
API, and looked for in the same way afterwards: a row that no longer opens is a loss too.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import ssl
from dataclasses import dataclass
from http.client import HTTPSConnection
from typing import Any

from foundation.cli import Failure
from sim.containers.stack import Stack

LIMIT_S = 30.0
AUTHORITY = "/var/lib/caddy/caddy/pki/authorities/local/root.crt"
LOGIN = "conferencia"
SCOPES = ("agreements:read", "agreements:write", "recordings:read", "recordings:listen")
# a policy may have nothing to offer for one of them
_DEBTS = (
    "SELECT b.id FROM debt b JOIN contract k ON k.id = b.contract_id"
    " JOIN debtor d ON d.id = k.debtor_id WHERE b.status = 'open' AND NOT EXISTS"
    " (SELECT 1 FROM agreement a WHERE a.debtor_id = d.id)"
    " ORDER BY b.id LIMIT 10"
)
_CALLS = "SELECT attempt_id FROM recording ORDER BY began_at DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Kept:
    """Names of what was made before the copy, and the sum of the recording's sound."""

    agreement: str
    instalments: tuple[str, ...]
    recording: str
    sha256: str


class Door:
    """The public side of a stack, its certificate verified."""

    def __init__(self, stack: Stack) -> None:
        authority = stack.inside("proxy", "cat", AUTHORITY)
        self._context = ssl.create_default_context(cadata=authority)
        self._port = stack.https
        self.token = ""

    def ask(
        self, verb: str, path: str, body: dict[str, Any] | None = None
    ) -> tuple[int, bytes]:
        """Status and content of an answer."""
        connection = HTTPSConnection(
            "localhost", self._port, timeout=LIMIT_S, context=self._context
        )
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        given = None if body is None else json.dumps(body)
        connection.request(verb, path, given, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content

    def need(self, verb: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        """The content of a good answer; raises Failure."""
        status, content = self.ask(verb, path, body)
        if status not in (200, 201):
            said = content[:300].decode("utf-8", "replace")
            raise Failure(f"{verb} {path} respondeu {status}: {said}")
        return content


def enter(stack: Stack) -> Door:
    """A user and a token of its own, which the copy keeps as well."""
    make = ("acordo", "users", "create", LOGIN, "--name", "Conferência", "--role", "admin")
    stack.inside("agent_console", *make, "--generate")
    scopes = [word for scope in SCOPES for word in ("--scope", scope)]
    token = ("acordo", "token", "create", LOGIN, "--user", LOGIN)
    door = Door(stack)
    door.token = stack.inside("agent_console", *token, *scopes).split()[-1]
    return door


def make(stack: Stack, door: Door) -> Kept:
    """Close an agreement of which a recording is the evidence; raises Failure."""
    calls = stack.ask(_CALLS)
    if not calls:
        raise Failure("nenhuma chamada foi gravada")
    recording = calls[0][0]
    evidence = {"kind": "recording", "call": recording, "second": 1.0}
    form = {"offer": _offer(stack, door), "evidence": evidence}
    made = json.loads(door.need("POST", "/api/v1/agreements", form))
    return _kept(door, made["id"], recording)


def _offer(stack: Stack, door: Door) -> str:
    said = b""
    for (debt,) in stack.ask(_DEBTS):
        status, said = door.ask("POST", "/api/v1/offers", {"debts": [debt]})
        offers = json.loads(said).get("offers") if status == 201 else None
        if offers:
            return str(offers[0]["id"])
    raise Failure(f"nenhuma dívida tem oferta: {said[:300].decode()}")


def _kept(door: Door, agreement: str, call: str) -> Kept:
    shown = json.loads(door.need("GET", f"/api/v1/agreements/{agreement}"))
    found = json.loads(door.need("GET", "/api/v1/recordings"))["recordings"]
    (name,) = [one["id"] for one in found if one["call"] == call]
    sound = door.need("GET", f"/api/v1/recordings/{name}/audio")
    return Kept(
        agreement=shown["id"],
        instalments=tuple(one["id"] for one in shown["instalments"]),
        recording=call,
        sha256=hashlib.sha256(sound).hexdigest(),
    )


def find(door: Door, before: Kept) -> None:
    """The same agreement, and the same sound; raises Failure."""
    after = _kept(door, before.agreement, before.recording)
    if after != before:
        raise Failure(f"guardado antes da cópia: {before}; restaurado: {after}")
