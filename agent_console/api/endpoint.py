"""What a route is: verb, path, who may, what goes in and comes out. Values only.

`agent_console/routes/<subject>.py` exports `ENDPOINTS` and `PAGES`; the application
collects them. A route that is in neither is refused, whoever asks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel

from agent_console.problems import Problem
from cobranca.people.principal import Principal
from cobranca.people.roles import EVERY_ROLE, Role

__all__ = ["EVERY_ROLE", "Asked", "Endpoint", "Page", "Principal", "Problem", "Role"]

API = "/api/v1"

Body = TypeVar("Body")
Query = TypeVar("Query")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Generic[Body, Query]):
    """One request that was let in, read and validated."""

    who: Principal
    body: Body  # of the endpoint's `body`, or None
    query: Query  # of the endpoint's `query`, or None
    path: dict[str, str]  # e.g. {"id": "0199..."}: canonical UUIDs
    request: web.Request


Answer = BaseModel | web.StreamResponse | None
Handler = Callable[[Asked[Any, Any]], Awaitable[Answer]]
OpenHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Context = Callable[[Asked[None, None]], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One verb on one path. Codes besides 400/401/403/404/413/415/422/429 in `problems`."""

    verb: str
    path: str  # "/api/v1/campaigns/{id}"; `{x}` is a UUID, `{x:regex}` is what it says
    summary: str  # pt-BR
    roles: frozenset[Role]
    scope: str  # what a token needs, e.g. "campaigns:read"
    handler: Handler
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None  # None: 204, or a stream when `media` is set
    media: str = "application/json"
    status: int = 200
    problems: tuple[str, ...] = ()
    background: bool = False  # a page polls it: no sign that a person is there
    fresh_password: bool = True  # False: also for who must change his password first
    once: bool = False  # wants an Idempotency-Key: its handler goes through `api.once`
    reads: bool = False  # a POST that changes nothing, and takes no Idempotency-Key
    secret: bool = False  # its answer is shown once, and written down nowhere

    @property
    def keyed(self) -> bool:
        """Whether it takes an Idempotency-Key."""
        return self.verb == "POST" and not self.reads


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEndpoint:
    """A door: anybody may ask, and the handler itself looks who it is."""

    verb: str
    path: str
    summary: str
    handler: OpenHandler
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page for people; who is not logged in is sent to the login.

    The template gets `who`, `csrf`, `texts`, `nav`, and what `context` returns. One with
    `real_time` shows instants of the machine's clock, and says so in a demonstration.
    """

    path: str
    template: str
    roles: frozenset[Role]
    context: Context | None = None
    fresh_password: bool = True
    real_time: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """What the guard needs to know of a route."""

    roles: frozenset[Role] = frozenset()
    scope: str = ""
    open: bool = False
    background: bool = False
    fresh_password: bool = True


def policy(route: Endpoint | Page | OpenEndpoint) -> Policy:
    match route:
        case OpenEndpoint():
            return Policy(open=True)
        case Page():
            # a token is for programs: no scope opens a page
            return Policy(route.roles, "page", fresh_password=route.fresh_password)
        case Endpoint():
            return Policy(
                route.roles,
                route.scope,
                background=route.background,
                fresh_password=route.fresh_password,
            )
