"""Commands of ours that end by themselves, run beside the processes that are kept.

Loading what a command needs takes longer than what it then does, so one that is needed
more than once is started early, loads while the servers start, and works step by step: it
reads the name of a step a line on its standard input, and answers each with one line on
its standard output when the step is done.
"""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from foundation.cli import Failure
from foundation.embedded.program import Program, popen_options
from foundation.process_log import OutputPipe, ProcessLog

Do = Callable[[str], Coroutine[Any, Any, None]]
END_LIMIT_S = 1.0


@asynccontextmanager
async def stepwise(program: Program, log: ProcessLog) -> AsyncIterator[Do]:
    """Run the command until the block ends; yields what does one step.

    What it says goes to `log`. A step raises Failure when the command ended instead.
    """
    errors = OutputPipe(log, program.name)
    options = popen_options(program) | {"stdin": PIPE, "stdout": PIPE}
    try:
        process = await asyncio.create_subprocess_exec(
            *program.argv, stderr=errors.writer, **options
        )
    finally:
        errors.listen()

    async def do(step: str) -> None:
        await _do(program.name, process, log, step)

    try:
        yield do
    finally:
        await _end(process)
        errors.finish()


async def output_of(program: Program, log: ProcessLog) -> bytes:
    """What a command prints; raises Failure, with that on the log, when it fails."""
    process = await asyncio.create_subprocess_exec(
        *program.argv, stdout=PIPE, stderr=STDOUT, **popen_options(program)
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        log.feed(program.name, output)
        log.end(program.name)
        raise Failure(f"{program.name} terminou com {process.returncode}")
    return output


async def _do(name: str, process: Process, log: ProcessLog, step: str) -> None:
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(f"{step}\n".encode())  # the loop tells a dead reader by the answer
    answer = await process.stdout.readline()
    log.feed(name, answer)
    if not answer.endswith(b"\n"):
        raise Failure(f"{name} terminou com {await process.wait()}")


async def _end(process: Process) -> None:
    """Its last step is done, or a step was given up: then its transaction goes with it."""
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(END_LIMIT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
