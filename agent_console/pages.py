"""How a page is made: a template, words from the catalogue, who looks at it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from agent_console.doors.caller import CALLER
from agent_console.texts import TEXTS
from agent_console.texts_format import instant, number
from cobranca.people.roles import Role
from foundation.brasil.dates import format_date
from foundation.brasil.money import format_amount

TEMPLATES = web.AppKey("templates", Environment)
MENU = web.AppKey[dict[str, frozenset[Role]]]("menu")  # path of a page -> who may
THEMES = frozenset({"light", "dark"})
THEME_COOKIE = "acordo_theme"


def folder(name: str) -> Path:
    """A folder of the package: templates, static."""
    return Path(str(files("agent_console"))) / name


@cache
def environment() -> Environment:
    """Templates: everything escaped, an unknown name is an error. One a process: each
    template is compiled once."""
    pages = Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=True,
        enable_async=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["number"] = number
    pages.filters["instant"] = instant
    pages.filters["money"] = format_amount
    pages.filters["day"] = format_date
    pages.globals["texts"] = TEXTS
    pages.globals["vendored"] = _vendored
    return pages


def _vendored(name: str) -> str:
    """Address of a vendored file by its name without version: `vendored("pico.css")`."""
    stem, _, kind = name.rpartition(".")
    (path,) = folder("static").glob(f"vendor/{stem}-[0-9]*.{kind}")
    return f"/static/vendor/{path.name}"


async def render(
    request: web.Request, template: str, *, status: int = 200, **context: Any
) -> web.Response:
    """Fill a template for whoever asks."""
    caller = request.get(CALLER)
    theme = request.cookies.get(THEME_COOKIE)
    html = (
        await request.app[TEMPLATES]
        .get_template(template)
        .render_async(
            who=caller.who if caller else None,
            csrf=caller.csrf if caller else "",
            nav=menu(request.app[MENU], caller.who.role) if caller else {},
            here=request.path,
            theme=theme if theme in THEMES else None,
            **context,
        )
    )
    return web.Response(text=html, content_type="text/html", status=status)


def menu(pages: dict[str, frozenset[Role]], role: Role) -> dict[str, str]:
    """Path and name of the pages that the role may open, in the catalogue's order."""
    return {
        path: name
        for path, name in TEXTS.section("nav").items()
        if role in pages.get(path, frozenset())
    }
