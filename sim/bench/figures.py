"""One measured figure and how a table of them is shown. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


class NotMeasured(Exception):
    """Não foi medido; o argumento diz o que falta, e o comando que o traz."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measured value; `aim` says in words what it is held to, `met` whether it was."""

    what: str
    value: float
    unit: str
    compared_with: str = ""
    aim: str = ""
    met: bool | None = None  # None: told for information

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


_MARKS = {True: "ok", False: "MISSED", None: ""}


def table(figures: Sequence[Figure]) -> str:
    """Lines of text, one a figure.

    >>> print(table([Figure(what="import", value=1.5, unit="s", aim="< 60 s", met=True)]))
    import  1.5 s    < 60 s  ok
    """
    rows = [
        (f.what, f"{f.value:,.4g} {f.unit}", f.compared_with, f.aim, _MARKS[f.met])
        for f in figures
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(5)] if rows else []
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def missed(figures: Sequence[Figure]) -> bool:
    """Whether some aim was missed."""
    return any(figure.met is False for figure in figures)
