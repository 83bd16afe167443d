"""A file on its way in: from the request to the disk, a piece at a time, then looked at."""

from __future__ import annotations

import asyncio
from uuid import UUID

from aiohttp import web

from agent_console.problems import Problem
from agent_console.services import SETTINGS
from cobranca.debtors.imports.errors import FileTooLarge, UnreadableFile
from cobranca.debtors.imports.inspection import Inspected, inspect
from cobranca.debtors.imports.uploads import Received, Upload, remove_files
from foundation.home import Home

_PIECE = 256 * 1024


async def receive(request: web.Request, import_id: UUID) -> tuple[Received, Inspected]:
    """Take the body in and look at it; raises Problem and then leaves nothing behind."""
    settings = request.app[SETTINGS]
    home = Home(settings.home)
    largest = settings.imports.largest_bytes
    try:
        if (request.content_length or 0) > largest:
            raise FileTooLarge(f"{settings.imports.largest_mb}.")
        received = await _written(request, home, import_id, largest)
        limits = settings.imports.limits
        return received, await asyncio.to_thread(inspect, received.path, limits)
    except FileTooLarge as error:
        raise Problem("import_too_large", 413, {"reason": str(error)}) from error
    except UnreadableFile as error:
        await asyncio.to_thread(remove_files, home, import_id)
        raise unreadable(error) from error


async def _written(
    request: web.Request, home: Home, import_id: UUID, largest: int
) -> Received:
    with Upload(home, import_id, largest) as upload:
        async for piece in request.content.iter_chunked(_PIECE):
            await asyncio.to_thread(upload.write, piece)
        return await asyncio.to_thread(upload.finish)


def unreadable(error: UnreadableFile) -> Problem:
    return Problem("import_unreadable", 422, {"reason": str(error)})
