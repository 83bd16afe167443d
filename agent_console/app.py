"""The console's process: pages and figures on one port, nothing else allowed.

The only place that picks adapters.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from agent_console.floor import FloorReader
from agent_console.problems import as_problems
from agent_console.routes import floor
from agent_console.security import add_headers
from agent_console.settings import ConsoleSettings
from agent_console.texts_format import number
from dialer.calls.store import AttemptRow
from foundation import bus
from foundation.db.engine import connect
from foundation.embedded.valkey import redis_url
from foundation.health import listen
from foundation.observability import get_logger
from foundation.process import Process
from foundation.reach import reach_database

DATABASE, LISTENER = "database", "pages"
LARGEST_BODY = 64 * 1024

log = get_logger(__name__)


def application(reader: FloorReader) -> web.Application:
    """The routes. Whatever is not named here is refused."""
    app = web.Application(middlewares=[as_problems], client_max_size=LARGEST_BODY)
    app[floor.READER] = reader
    app[floor.PAGES] = _pages()
    app.on_response_prepare.append(add_headers)
    app.add_routes(floor.ROUTES)
    app.router.add_static("/static", _folder("static"), show_index=False)
    return app


def _pages() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(_folder("templates")),
        autoescape=True,
        enable_async=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["number"] = number
    return pages


def _folder(name: str) -> Path:
    return Path(str(files("agent_console"))) / name


async def main(own: Process, settings: ConsoleSettings) -> None:
    """Serve until the process is to stop."""
    own.missing.lacks(DATABASE)
    own.missing.lacks(LISTENER)
    engine = connect(settings, pool_size=2)
    client = bus.connect(redis_url(settings))
    try:
        await reach_database(engine, table=AttemptRow.__tablename__)
        own.missing.has(DATABASE)
        app = application(FloorReader(engine, bus.Bus(client)))
        console = settings.console
        async with listen(app, console.host, console.port, "console") as port:
            own.missing.has(LISTENER)
            log.info("console_listening", listens=f"http://{console.host}:{port}")
            await own.stopping.wait()
    finally:
        await client.aclose()
        await engine.dispose()
