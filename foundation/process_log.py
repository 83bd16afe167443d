"""What the processes of `acordo up` print: one stream with names, one file for each.

A full disk or a closed terminal costs lines, never a process.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import BinaryIO, TextIO

LIMIT_BYTES = 10_000_000
KEPT_FILES = 3  # the present one and older ones, numbered
_COLOURS = (36, 33, 32, 35, 34, 31, 96, 93, 92, 95)
_WIDTH = 17
_LONGEST_LINE = 65_536


class ProcessLog:
    """Writes the lines of many processes to one console and to a file for each."""

    def __init__(self, folder: Path, console: TextIO | None = sys.stdout) -> None:
        """Without a console the files alone are written."""
        self._folder = folder
        self._console = console
        self._colour = (
            console is not None and console.isatty() and "NO_COLOR" not in os.environ
        )
        self._files: dict[str, BinaryIO] = {}
        self._order: list[str] = []
        self._parts: dict[str, bytes] = {}

    def feed(self, name: str, data: bytes) -> None:
        """Take what a process wrote; whole lines go out."""
        *lines, rest = (self._parts.get(name, b"") + data).split(b"\n")
        if len(rest) > _LONGEST_LINE:
            lines, rest = [*lines, rest], b""
        self._parts[name] = rest
        for line in lines:
            self._line(name, line)

    def end(self, name: str) -> None:
        """A process is gone: its last line may lack an end."""
        rest = self._parts.pop(name, b"")
        if rest:
            self._line(name, rest)

    def say(self, text: str) -> None:
        """A line of the supervisor itself."""
        self._line("acordo", text.encode())

    def show(self, text: str) -> None:
        """A line of the supervisor for the console alone: it is not for a file."""
        self._print("acordo", text)

    def close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _line(self, name: str, line: bytes) -> None:
        self._keep(name, line)
        self._print(name, line.decode("utf-8", errors="replace").rstrip("\r"))

    def _print(self, name: str, text: str) -> None:
        if self._console is None:
            return
        try:
            self._console.write(f"{self._label(name)} {text}\n")
            self._console.flush()
        except OSError:
            self._console = None  # the terminal is gone; the files remain

    def _label(self, name: str) -> str:
        if name not in self._order:
            self._order.append(name)
        label = f"{name:<{_WIDTH}}|"
        if not self._colour:
            return label
        return f"\x1b[{_COLOURS[self._order.index(name) % len(_COLOURS)]}m{label}\x1b[0m"

    def _keep(self, name: str, line: bytes) -> None:
        try:
            file = self._files.get(name) or self._open(name)
            file.write(line + b"\n")
            if file.tell() > LIMIT_BYTES:
                self._rotate(name)
        except OSError:
            self._forget(name)  # no room: try again with the next line

    def _open(self, name: str) -> BinaryIO:
        path = self._folder / f"{name}.log"
        handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        self._files[name] = open(handle, "ab", buffering=0)  # noqa: SIM115 - kept open
        return self._files[name]

    def _forget(self, name: str) -> None:
        file = self._files.pop(name, None)
        if file is not None:
            file.close()

    def _rotate(self, name: str) -> None:
        self._forget(name)
        path = self._folder / f"{name}.log"
        for number in range(KEPT_FILES - 1, 0, -1):
            older = path.with_suffix(f".log.{number}")
            newer = path.with_suffix(f".log.{number - 1}") if number > 1 else path
            if newer.exists():
                newer.replace(older)


class OutputPipe:
    """Carries what one process prints from a pipe of our own into the log.

    With asyncio's pipes, waiting for a process would not end for as long as a process
    that it started holds the other end.
    """

    def __init__(self, log: ProcessLog, name: str) -> None:
        self._log = log
        self._name = name
        self._reader, self.writer = os.pipe()
        os.set_blocking(self._reader, False)
        self._open = True

    def listen(self) -> None:
        """The process has its end by now, or never will: give ours away and read."""
        os.close(self.writer)
        asyncio.get_running_loop().add_reader(self._reader, self._read)

    def take(self) -> None:
        """Take what stands in the pipe now."""
        while self._open and self._read():
            pass

    def finish(self) -> None:
        """Take what still stands in the pipe, and close it. Safe to call again."""
        self.take()
        self._close()

    def _read(self) -> bool:
        """Take some; False when there is nothing now."""
        try:
            data = os.read(self._reader, _LONGEST_LINE)
        except BlockingIOError:
            return False
        if not data:
            self._close()
            return False
        self._log.feed(self._name, data)
        return True

    def _close(self) -> None:
        if self._open:
            self._open = False
            asyncio.get_running_loop().remove_reader(self._reader)
            os.close(self._reader)
            self._log.end(self._name)
