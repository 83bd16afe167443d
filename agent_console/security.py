"""What every answer carries: headers that forbid what the pages do not need.

Nothing may be loaded from elsewhere, framed, sniffed or cached. The microphone is for the
softphone of our own pages.
"""

from __future__ import annotations

from aiohttp import web

from agent_console.services import SETTINGS

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # Pico draws its marks as data: pictures
        "media-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), autoplay=(self)",
    "Referrer-Policy": "same-origin",  # with none a browser sends forms with Origin: null
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
FOR_EVER = "public, max-age=31536000, immutable"
ONLY_HTTPS = "max-age=31536000"  # a year; not for other names of the domain


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """A signal handler of the application: runs for every answer, refusals too."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/static/vendor/"):
        kept = FOR_EVER  # the version is in the name
    elif request.path.startswith("/static/"):
        kept = "no-cache"  # ask whether it is still the same
    else:
        kept = "no-store"
    response.headers.setdefault(
        "Cache-Control", kept if response.status < 400 else "no-store"
    )
    response.headers["Server"] = "acordo"
    if request.app[SETTINGS].console.https:
        response.headers["Strict-Transport-Security"] = ONLY_HTTPS
