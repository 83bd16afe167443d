"""Pages on which one reads what the simulated services delivered. On loopback alone."""

from __future__ import annotations

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from foundation.brasil.dates import format_instant
from sim.outside.inbox import Inbox

SHOWN = 200
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
_PAGES = Environment(
    loader=PackageLoader("sim.outside"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.filters["instant"] = format_instant


def pages(inbox: Inbox) -> list[web.RouteDef]:
    """Return the routes of the pages."""

    async def everything(request: web.Request) -> web.Response:
        wanted = request.query.get("to", "")
        shown = [one for one in inbox.arrived if wanted in one.to][-SHOWN:]
        html = _PAGES.get_template("inbox.html.j2").render(
            messages=list(reversed(shown)), wanted=wanted, total=len(inbox.arrived)
        )
        return web.Response(text=html, content_type="text/html", headers=_HEADERS)

    return [web.get("/", everything)]
