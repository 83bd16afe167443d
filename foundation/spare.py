"""A process that has done all but begin, kept beside the one that works.

A process of ours needs seconds to read its own code. Where seconds count, the supervisor
has one more do that in advance; it begins when it is told so by a line on its standard
input, and ends when its supervisor does. It holds nothing and listens nowhere before.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from contextlib import suppress

from foundation.embedded.program import Program, popen_options
from foundation.process_log import OutputPipe, ProcessLog


class Started:
    """A process with the pipes that we hold of it; `begin` lets one that waits go on."""

    def __init__(
        self, program: Program, process: Process, output: OutputPipe, word: int
    ) -> None:
        self.program = program
        self.process = process
        self.output = output
        self._word: int | None = word

    @property
    def lives(self) -> bool:
        return self.process.returncode is None

    def begin(self) -> None:
        """Say the word, once; one that does not wait for it never hears it."""
        if self._word is not None:
            with suppress(BrokenPipeError):
                os.write(self._word, b"\n")
            self.let_go()

    def let_go(self) -> None:
        """Close our end; one that still waits ends by itself."""
        if self._word is not None:
            os.close(self._word)
            self._word = None

    async def end(self) -> None:
        """End one that has not begun."""
        self.let_go()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # it leads a group of its own
        await self.process.wait()
        self.output.finish()


async def start(program: Program, log: ProcessLog) -> Started:
    """Start it; raises OSError. It does its work only after `begin` if it is a spare."""
    output = OutputPipe(log, program.name)
    options = popen_options(program) | {"stdout": output.writer, "stderr": output.writer}
    heard, word = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *program.argv, **(options | {"stdin": heard})
        )
    except BaseException:
        os.close(word)
        raise
    finally:
        os.close(heard)
        output.listen()
    return Started(program, process, output, word)


def wait_for_the_word() -> None:
    """In the process itself: wait; end when nobody is left to say the word."""
    if not sys.stdin.buffer.readline():
        raise SystemExit(0)
