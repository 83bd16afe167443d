"""A process that has read its code and does nothing but wait; copies of it do the work.

A process of ours needs seconds to read its own code. Where seconds count, the supervisor
keeps one that has done so, and asks it for a copy (a fork) in each moment in which one is
to begin: at once, and as often as need be. It holds nothing and listens nowhere, has one
copy at a time, and ends with its supervisor; a copy ends with it.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from asyncio.subprocess import Process
from contextlib import suppress
from typing import Protocol

from foundation.embedded.program import Program, die_with_parent, popen_options
from foundation.process_log import OutputPipe, ProcessLog

_LONGEST_WORD = 64


class Running(Protocol):
    """What a supervisor needs of a process, whoever its parent is."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    async def wait(self) -> int: ...

    def send_signal(self, signal: int) -> None: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


class SourceGone(ChildProcessError):
    """O processo de reserva terminou."""


class Copy:
    """A process that was copied from a source: it is the source's child, not ours."""

    def __init__(self, pid: int, handle: int) -> None:
        """`handle` is a pidfd: it means this process and no later one of that number."""
        self.pid = pid
        self._handle: int | None = handle
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def returncode(self) -> int | None:
        return self._ended.result() if self._ended.done() else None

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    def send_signal(self, number: int) -> None:
        if self._handle is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def ended(self, code: int) -> None:
        """It is gone, and so is the handle."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
            self._ended.set_result(code)

    def orphaned(self) -> None:
        """Its source died, and the kernel kills it: wait for that."""
        if self._handle is not None:
            loop, handle = asyncio.get_running_loop(), self._handle

            def over() -> None:
                loop.remove_reader(handle)
                self.ended(-signal.SIGKILL)

            loop.add_reader(handle, over)


class Source:
    """One that waits. Use from one event loop."""

    def __init__(
        self, program: Program, process: Process, output: OutputPipe, line: socket.socket
    ) -> None:
        self.program = program
        self.output = output
        self._process = process
        self._line: socket.socket | None = line
        self._copy: Copy | None = None
        self._wanted: asyncio.Future[Copy] | None = None
        line.setblocking(False)
        asyncio.get_running_loop().add_reader(line, self._hear)

    @property
    def lives(self) -> bool:
        return self._line is not None and self._process.returncode is None

    async def copy(self) -> Copy:
        """Have a copy begin, after the one before has ended.

        Raises SourceGone, or TimeoutError when it had not read its code in time.
        """
        try:
            if self._line is not None:
                self._line.send(b"copy")
        except OSError:
            self._hang_up()
        if self._line is None:
            raise SourceGone(str(SourceGone.__doc__))
        self._wanted = asyncio.get_running_loop().create_future()
        async with asyncio.timeout(self.program.start_limit_s):
            return await self._wanted

    async def end(self) -> None:
        """End it, and its copy if one still lives."""
        self._hang_up()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # it leads a group of its own
        await self._process.wait()
        if self._copy is not None:
            await self._copy.wait()
        self.output.finish()

    def _hear(self) -> None:
        """What it tells: the number of a copy that began, with its handle; how it ended."""
        if self._line is None:
            return
        try:
            told, handles, _, _ = socket.recv_fds(self._line, _LONGEST_WORD, 1)
        except OSError:
            told, handles = b"", []
        if not told:
            self._hang_up()
        elif handles:
            self._copy = Copy(int(told), handles[0])
            if self._wanted is not None and not self._wanted.done():
                self._wanted.set_result(self._copy)
        elif self._copy is not None:
            self._copy.ended(int(told))

    def _hang_up(self) -> None:
        """Nothing more is told: what lives dies, what is awaited does not come."""
        if self._line is not None:
            asyncio.get_running_loop().remove_reader(self._line)
            self._line.close()
            self._line = None
        if self._copy is not None:
            self._copy.orphaned()
        if self._wanted is not None and not self._wanted.done():
            self._wanted.set_exception(SourceGone(str(SourceGone.__doc__)))


async def start(
    program: Program, log: ProcessLog, hears: socket.socket | None = None
) -> tuple[Process, OutputPipe]:
    """Start it as our child, with `hears` as its standard input; raises OSError."""
    output = OutputPipe(log, program.name)
    options = popen_options(program) | {"stdout": output.writer, "stderr": output.writer}
    if hears is not None:
        options |= {"stdin": hears}
    try:
        process = await asyncio.create_subprocess_exec(*program.argv, **options)
    finally:
        output.listen()
    return process, output


async def source(program: Program, log: ProcessLog) -> Source:
    """Start one that waits for words; raises OSError."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        try:
            process, output = await start(program, log, theirs)
        except BaseException:
            ours.close()
            raise
    return Source(program, process, output, ours)


def copy_at_each_word() -> None:
    """In the process itself, once it has read its code: returns in each copy.

    Call it with no event loop, and no thread of ours. It ends when nobody is left to ask.
    """
    line = socket.socket(fileno=os.dup(0))
    gc.collect()
    gc.freeze()  # what is read is for ever: pages that no collection touches stay shared
    while line.recv(_LONGEST_WORD):
        me = os.getpid()
        pid = os.fork()
        if pid == 0:
            _on_its_own(line, me)
            return
        _follow(line, pid)
    raise SystemExit(0)


def _on_its_own(line: socket.socket, parent: int) -> None:
    """In the copy: a group of its own, no line to the supervisor, and no life alone."""
    os.setpgid(0, 0)
    line.close()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    # not in good order: the source only dies first when it is killed
    die_with_parent(signal.SIGKILL, parent)


def _follow(line: socket.socket, pid: int) -> None:
    """Tell who the copy is, pass on the order to stop, and tell how it ended."""
    with suppress(PermissionError, ProcessLookupError):
        os.setpgid(pid, pid)  # whoever comes first; nobody may be told before
    handle = os.pidfd_open(pid)
    before = signal.signal(
        signal.SIGTERM, lambda *_: signal.pidfd_send_signal(handle, signal.SIGTERM)
    )
    with suppress(BrokenPipeError):
        socket.send_fds(line, [str(pid).encode()], [handle])
    _, status = os.waitpid(pid, 0)
    signal.signal(signal.SIGTERM, before)
    os.close(handle)
    with suppress(BrokenPipeError):
        line.send(str(os.waitstatus_to_exitcode(status)).encode())
