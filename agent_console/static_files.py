"""Static files, compressed once and kept: an agent's first load stays small.

Comes after the route of the files, which decides what is served at all. Holds each file
compressed for as long as the process runs, and again when it changed on the disk.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from agent_console.pages import folder

SMALLEST = 700  # bytes; below it nothing is gained
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class _Packed:
    changed_ns: int
    body: bytes
    tag: str


_KEPT = web.AppKey[dict[Path, _Packed]]("packed_files")


def prepare_static(app: web.Application) -> None:
    """Give the application a place to keep what was compressed."""
    app[_KEPT] = {}


@web.middleware
async def compressed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer with the compressed file where the browser takes it."""
    response = await handler(request)
    if not isinstance(request.match_info.route.resource, web.StaticResource):
        return response  # some other file, such as a download
    if not isinstance(response, web.FileResponse) or request.method != "GET":
        return response
    if "gzip" not in request.headers.get("Accept-Encoding", "") or _wants_part(request):
        return response
    path = folder("static") / request.match_info["filename"]
    kind = TYPES.get(path.suffix)
    if kind is None:
        return response
    packed = await _packed(request.app[_KEPT], path)
    return response if packed is None else _answer(request, packed, kind)


def _wants_part(request: web.Request) -> bool:
    return "Range" in request.headers


def _answer(request: web.Request, packed: _Packed, kind: str) -> web.Response:
    headers = {"ETag": packed.tag, "Vary": "Accept-Encoding"}
    if request.headers.get("If-None-Match") == packed.tag:
        return web.Response(status=304, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return web.Response(
        body=packed.body, headers=headers, content_type=kind, charset="utf-8"
    )


async def _packed(kept: dict[Path, _Packed], path: Path) -> _Packed | None:
    changed_ns = _changed_ns(path)
    found = kept.get(path)
    if found is None or found.changed_ns != changed_ns:
        found = await asyncio.to_thread(_pack, path, changed_ns)
        kept[path] = found
    return found if found.body else None


def _changed_ns(path: Path) -> int:
    return path.stat().st_mtime_ns


def _pack(path: Path, changed_ns: int) -> _Packed:
    """An empty body: better sent as it is."""
    content = path.read_bytes()
    if len(content) < SMALLEST:
        return _Packed(changed_ns, b"", "")
    tag = hashlib.sha256(content).hexdigest()[:20]
    return _Packed(changed_ns, gzip.compress(content, 9, mtime=0), f'"{tag}-gz"')
