"""Generated requests, right and wrong, against a console of its own process."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people import tokens
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from sim.throw_away import free_port
from tests.builders.processes import READY_S
from tests.contract.api.book import Book, Document, told_of
from tests.contract.api.routes import closed
from tests.people import a_user

BIN = Path(sys.executable).parent
# 503 is an answer: the fuzzed console runs without a dialer, say. A failure of ours is
# a 500, and stands in the console's log besides.
CONFIG = """
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", 503]
"""
ROLES = (Role.ADMIN, Role.SUPERVISOR, Role.AGENT)

SCOPES = frozenset(route.scope for route in closed())


@dataclass(frozen=True, slots=True)
class Effort:
    """Phases of Schemathesis, and examples for an operation in that of fuzzing."""

    phases: str
    examples: int


@asynccontextmanager
async def a_console(settings_env: dict[str, str]) -> AsyncIterator[str]:
    """Address of a console of its own process, which must not fail meanwhile."""
    port = free_port()
    environment = {
        **settings_env,
        "PATH": os.environ["PATH"],
        "ACORDO_CONSOLE__HEALTH_PORT": str(free_port()),
        "ACORDO_CONSOLE__PORT": str(port),
        "ACORDO_CONSOLE__REQUESTS_PER_S": "100000",
        "ACORDO_CONSOLE__ADDRESS_TRIES": "10000",
    }
    child = await asyncio.create_subprocess_exec(
        BIN / "acordo", "console", env=environment, stderr=PIPE
    )
    assert child.stderr is not None
    begun = b""
    async with asyncio.timeout(READY_S):
        while b"console_listening" not in begun:
            line = await child.stderr.readline()
            assert line, begun.decode()
            begun += line
    rest = asyncio.create_task(child.stderr.read())
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        said = await rest
        await child.wait()
    assert b"request_failed" not in said, said.decode()


async def fuzz(
    console: str,
    engine: AsyncEngine,
    passwords: Passwords,
    book: Book,
    role: Role,
    effort: Effort,
    folder: Path,
) -> None:
    """Each operation by a role that may call it; programs' tokens need no CSRF token.

    `book`: what requests are about. Identifiers that are made up get no further than 404.
    """
    whole = await _document(console)
    parts = by_role(whole)
    assert sum(len(operations(part)) for part in parts.values()) == len(operations(whole))
    user_id = await a_user(engine, passwords, role, role)
    async with engine.begin() as connection:
        token = await tokens.create(connection, user_id, role, SCOPES, timedelta(hours=1))
    path = folder / f"{role}.json"
    path.write_text(json.dumps(told_of(book, parts[role])), "utf-8")
    status, output = await _fuzz(path, console, token, effort)
    assert status == 0, output[-8000:]
    assert re.search(rf"Tested: {len(operations(parts[role]))}\n", output), output


def by_role(document: Document) -> dict[Role, Document]:
    """The document in parts, each operation in that of the least role that may call it."""
    parts: dict[Role, Document] = {}
    for role in ROLES:
        paths: dict[str, dict[str, Any]] = {}
        for path, verb in operations(document):
            operation = document["paths"][path][verb]
            may = [one for one in ROLES if one in operation.get("x-roles", ROLES)]
            if may[-1] == role:
                paths.setdefault(path, {})[verb] = operation
        parts[role] = {**document, "paths": paths}
    return parts


def operations(document: Document) -> list[tuple[str, str]]:
    """All but streams, which do not end: the matrix knocks at those."""
    return [
        (path, verb)
        for path, item in document["paths"].items()
        for verb, operation in item.items()
        if "text/event-stream" not in str(operation["responses"])
    ]


async def _document(console: str) -> Document:
    async with (
        ClientSession() as session,
        session.get(f"{console}/api/v1/openapi.json") as answer,
    ):
        found: Document = await answer.json()
        return found


async def _fuzz(path: Path, console: str, token: str, effort: Effort) -> tuple[int, str]:
    config = path.with_suffix(".toml")
    config.write_text(CONFIG, "utf-8")
    st = await asyncio.create_subprocess_exec(
        *(BIN / "st", "--config-file", config, "run", path, "--url", console, "--no-color"),
        *("--header", f"Authorization: Bearer {token}", "--seed", "20260310"),
        *("--phases", effort.phases, "--max-examples", str(effort.examples)),
        *("--request-timeout", "20"),
        # rules beyond the schema refuse what the schema allows: a weak password, say
        *("--checks", "all", "--exclude-checks", "positive_data_acceptance"),
        *("--continue-on-failure", "--suppress-health-check", "all", "--warnings", "off"),
        cwd=path.parent,
        stdout=PIPE,
        stderr=STDOUT,
    )
    output, _ = await st.communicate()
    return st.returncode or 0, output.decode()
