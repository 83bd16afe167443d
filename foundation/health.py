"""The health listener of a process: alive, ready, metrics. Never on the public port.

`/healthz` answers 200 as long as the event loop turns. `/readyz` answers 200 with `{}`,
or 503 with `{"missing": [...]}`. `/metrics` is Prometheus text.
"""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from foundation.cli import CannotRun
from foundation.metrics import REGISTRY
from foundation.system_reasons import reason

__all__ = [
    "AddressUnusable", "CannotRun", "Listener", "Missing", "PortBusy", "bind_failure",
    "listen", "serve",
]  # fmt: skip

Readiness = Callable[[], Sequence[str]]
SHUTDOWN_S = 1.0


class Listener(Protocol):
    """Where a process listens for its health; the settings of each process say so."""

    @property
    def health_host(self) -> str: ...

    @property
    def health_port(self) -> int: ...


class PortBusy(CannotRun):
    """A porta já está em uso por outro programa."""

    def __init__(self, host: str, port: int, purpose: str) -> None:
        self.host, self.port = host, port
        super().__init__(f"a porta {port} em {host} ({purpose}) já está em uso.")


class AddressUnusable(CannotRun):
    """O endereço não existe nesta máquina ou a porta não é permitida."""

    def __init__(self, host: str, port: int, purpose: str, why: str) -> None:
        super().__init__(f"não é possível escutar em {host}:{port} ({purpose}): {why}.")


class Missing:
    """What a process still lacks to serve, in the order in which it was found lacking.

    >>> missing = Missing("banco de dados", "barramento")
    >>> missing.has("banco de dados"); missing()
    ('barramento',)
    """

    def __init__(self, *lacking: str) -> None:
        self._lacking = dict.fromkeys(lacking)

    def __call__(self) -> Sequence[str]:
        return tuple(self._lacking)

    def lacks(self, what: str) -> None:
        self._lacking[what] = None

    def has(self, what: str) -> None:
        self._lacking.pop(what, None)


@asynccontextmanager
async def serve(listener: Listener, readiness: Readiness) -> AsyncIterator[int]:
    """Listen while the block runs; yields the port (useful when 0 was asked for).

    Raises PortBusy or AddressUnusable.
    """
    app = web.Application()
    app.add_routes(
        [
            web.get("/healthz", _alive),
            web.get("/readyz", _ready(readiness)),
            web.get("/metrics", _metrics),
        ]
    )
    async with listen(app, listener.health_host, listener.health_port, "saúde") as port:
        yield port


@asynccontextmanager
async def listen(
    app: web.Application, host: str, port: int, purpose: str
) -> AsyncIterator[int]:
    """Serve an aiohttp application while the block runs; yields the real port."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise bind_failure(error, host, port, purpose) from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


def bind_failure(error: OSError, host: str, port: int, purpose: str) -> CannotRun:
    """Say in one line why a listener could not be opened."""
    if error.errno == errno.EADDRINUSE:
        return PortBusy(host, port, purpose)
    return AddressUnusable(host, port, purpose, reason(error))


async def _alive(_request: web.Request) -> web.Response:
    return web.json_response({})


def _ready(readiness: Readiness) -> Handler:
    async def answer(_request: web.Request) -> web.Response:
        missing = list(readiness())
        body = {"missing": missing} if missing else {}
        return web.json_response(body, status=503 if missing else 200)

    return answer


async def _metrics(_request: web.Request) -> web.Response:
    return web.Response(
        body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST}
    )
