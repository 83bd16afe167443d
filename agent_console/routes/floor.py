"""The state of the installation: a page for people, and the figures that refresh it."""

from __future__ import annotations

from aiohttp import web
from jinja2 import Environment

from agent_console.floor import FloorReader, FloorUnreadable
from agent_console.texts import TEXTS

READER = web.AppKey("reader", FloorReader)
PAGES = web.AppKey("pages", Environment)


async def page(request: web.Request) -> web.Response:
    """The page is served even without a database: it then says so."""
    try:
        floor = await request.app[READER].read()
    except FloorUnreadable:
        floor = None
    template = request.app[PAGES].get_template("floor.html")
    html = await template.render_async(floor=floor, texts=TEXTS)
    status = 200 if floor else 503
    return web.Response(text=html, content_type="text/html", status=status)


async def figures(request: web.Request) -> web.Response:
    floor = await request.app[READER].read()
    return web.json_response(text=floor.model_dump_json())


ROUTES = [web.get("/", page), web.get("/floor.json", figures)]
