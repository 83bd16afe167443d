"""Pages that are documents: with their own style, to be read and printed."""

from __future__ import annotations

from aiohttp import web

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def document(page: str) -> web.Response:
    """Answer with a document; its own style is in it, which is why that may be there."""
    response = web.Response(text=page, content_type="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    return response
