"""How far a long measurement is, in lines on stderr: for a terminal or a log."""

from __future__ import annotations

import time
from collections.abc import Callable

import click

EVERY_S = 10.0
Tell = Callable[[str], None]


def _on_stderr(line: str) -> None:
    click.echo(line, err=True)


class Progress:
    """Counts what is done of `of`; the rest is taken to be as slow as what was done."""

    def __init__(
        self,
        what: str,
        of: int,
        *,
        tell: Tell = _on_stderr,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what, self._of = what, of
        self._tell, self._clock = tell, clock
        self._began = self._told = clock()
        self._done = 0

    def done(self, count: int = 1) -> None:
        """So many more; told every EVERY_S seconds."""
        self._done += count
        now = self._clock()
        if now - self._told < EVERY_S:
            return
        self._told = now
        left_s = (now - self._began) / self._done * (self._of - self._done)
        self._tell(f"{self._what}: {self._done} de {self._of}, faltam {span(left_s)}")


def span(seconds: float) -> str:
    """A rest of time, as one says it.

    >>> span(42.0), span(400.0)
    ('42 s', '7 min')
    """
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
