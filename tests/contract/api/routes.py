"""The table of routes as the console has it, and addresses that fit it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from agent_console.api.endpoint import Endpoint, OpenEndpoint, Page
from agent_console.api.routing import collected
from cobranca.people.roles import Role

SOME_ID = UUID("0199aaaa-0000-7000-8000-000000000001")
CANDIDATES = ("1", "a", "left", "start", "2026-03-10", "audio.wav", str(SOME_ID))
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Closed:
    """A route that is not open to all."""

    verb: str
    path: str
    roles: frozenset[Role]
    scope: str
    fresh_password: bool

    @property
    def unsafe(self) -> bool:
        return self.verb in UNSAFE

    def __str__(self) -> str:
        return f"{self.verb} {self.path}"


def endpoints() -> list[Endpoint | OpenEndpoint]:
    return [one for module in collected() for one in getattr(module, "ENDPOINTS", ())]


def pages() -> list[Page]:
    return [one for module in collected() for one in getattr(module, "PAGES", ())]


def closed() -> list[Closed]:
    """Every route with roles, with parameters filled in."""
    found = [
        Closed(one.verb, _filled(one.path), one.roles, one.scope, one.fresh_password)
        for one in endpoints()
        if isinstance(one, Endpoint)
    ]
    found += [
        Closed("GET", _filled(one.path), one.roles, "page", one.fresh_password)
        for one in pages()
    ]
    return found


def _filled(path: str) -> str:
    return re.sub(r"\{\w+(?::([^{}]*))?\}", lambda found: _value(found[1]), path)


def _value(form: str | None) -> str:
    if form is None:
        return str(SOME_ID)
    return next(one for one in (*form.split("|"), *CANDIDATES) if re.fullmatch(form, one))
