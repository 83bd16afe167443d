"""Start processes of ours, wait until they serve, and end what a test left of them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from sim.throw_away import free_port

ACORDO = str(Path(sys.executable).with_name("acordo"))
READY_S = 120.0  # imports alone take seconds of processor, of which a busy machine has few
END_S = 30.0  # 10 are promised
SHOWN = 4000  # characters of what each said
REFUSED_S = 90.0  # a refused AMI login has 12 of patience, after a start


@dataclass(frozen=True, slots=True)
class Started:
    """One process: `acordo NAME`, what it says, and whether it serves."""

    name: str
    process: asyncio.subprocess.Process
    health_port: int
    _output: IO[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def said(self) -> str:
        """All that it wrote to its standard error so far."""
        self._output.seek(0)
        return self._output.read().decode("utf-8", "replace")

    async def status(self) -> int:
        """What `/readyz` answers; 0 when nobody does."""
        return await asyncio.to_thread(_status, self.health_port)

    async def until(self, status: int) -> None:
        """Wait for that answer of `/readyz`; fails when the process ends before."""
        async with asyncio.timeout(READY_S):
            while await self.status() != status:
                assert self.process.returncode is None, self.said
                await asyncio.sleep(0.05)

    async def ready(self) -> Self:
        await self.until(HTTPStatus.OK)
        return self

    async def stop(self) -> str:
        """Stop it as a supervisor would; what it said. Its exit status is in `process`."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await self.ended()

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()

    async def ended(self, within_s: float = END_S) -> str:
        """Wait until it ended by itself; what it said."""
        async with asyncio.timeout(within_s):
            await self.process.wait()
        return self.said

    async def refusal(self) -> str:
        """The last line of one that cannot run."""
        said = await self.ended(REFUSED_S)
        assert self.process.returncode == 1, said
        return said.splitlines()[-1]


class Processes:
    """What a test started. Use with `async with`: nothing of it outlives the block."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._started: list[Started] = []
        self._outputs = ExitStack()

    async def start(self, name: str, *arguments: str, **more: str) -> Started:
        """Start `acordo NAME` with further settings, `ACORDO_...`; does not wait for it."""
        health = {f"ACORDO_{name.upper()}__HEALTH_PORT": str(free_port())}
        ports = {**health, "ACORDO_HEARING__PORT": str(free_port())}
        environment = {**os.environ, **ports, **self._environment, **more}
        # not a pipe: nobody reads while it lasts
        output = self._outputs.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        process = await asyncio.create_subprocess_exec(
            *(ACORDO, name, *arguments),
            env=environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=output,
        )
        (port,) = (environment[name] for name in health)
        started = Started(name, process, int(port), output)
        self._started.append(started)
        return started

    async def serving(self, name: str, *arguments: str, **more: str) -> Started:
        """The same, once it is ready."""
        return await (await self.start(name, *arguments, **more)).ready()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for started in self._started:
            if started.process.returncode is None:
                await started.kill()
            # pytest shows it with a test that failed, and only then
            print(f"{started.name}:", started.said[-SHOWN:], file=sys.stderr)
        self._outputs.close()


def _status(port: int) -> int:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except (URLError, OSError, HTTPException):
        return 0
