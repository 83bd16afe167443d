"""Import: rows per second and memory, on the embedded PostgreSQL, by the real command.

A CSV, its undo, the CSV again when nothing changes, and the same rows as a spreadsheet.
Memory of the spreadsheet is compared with that of a quarter of its rows: it must not grow.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from itertools import chain, islice
from pathlib import Path

import psutil

from foundation.brasil.dates import parse_date
from foundation.brasil.money import parse_amount
from sim.bench.figures import Figure
from sim.bench.stack import database_only
from sim.demo import write_csv
from sim.spreadsheets import Value, write_spreadsheet

ROWS, QUICK_ROWS = 100_000, 20_000
LIMIT_S = 60.0
MEMORY_MB = 300.0  # what the program itself needs, with room; growing with rows is a fault
GROWTH_MB = 40.0  # allowed between a quarter of the rows and all of them
_POLL_S = 0.05


def measure(quick: bool) -> list[Figure]:
    """Import a generated file of one instalment a row or more; then the same file again."""
    rows = QUICK_ROWS if quick else ROWS
    with database_only() as environment, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "devedores.csv"
        write_csv(path, rows)
        lines = path.read_bytes().count(b"\n") - 1
        first_s, peak_mb = _run(path, environment, "CSV")
        undone_s = _undo(environment)
        _run(path, environment, "CSV")
        again_s, _ = _run(path, environment, "CSV")
        book, part = Path(folder) / "devedores.xlsx", Path(folder) / "parte.xlsx"
        _as_spreadsheet(path, book)
        _as_spreadsheet(path, part, lines // 4)
        _, part_mb = _run(part, environment, "Parte")
        book_s, book_mb = _run(book, environment, "Planilha")
    per_second = lines / first_s
    return [
        Figure(
            what=f"import of {lines:,} rows ({rows:,} debtors)",
            value=per_second,
            unit="rows/s",
            compared_with=f"{first_s:.1f} s in all",
            aim=f"100,000 rows in < {LIMIT_S:.0f} s",
            met=ROWS / per_second < LIMIT_S,
        ),
        Figure(
            what="peak memory of the command",
            value=peak_mb,
            unit="MB",
            aim=f"< {MEMORY_MB:.0f} MB whatever the rows",
            met=peak_mb < MEMORY_MB,
        ),
        Figure(
            what=f"the same import undone ({undone_s:.1f} s)",
            value=lines / undone_s,
            unit="rows/s",
            compared_with=f"import {per_second:,.0f} rows/s",
            aim=f"100,000 rows in < {LIMIT_S:.0f} s",
            met=ROWS / (lines / undone_s) < LIMIT_S,
        ),
        Figure(
            what="the same file again (nothing changes)",
            value=lines / again_s,
            unit="rows/s",
        ),
        Figure(
            what=f"the same rows as a spreadsheet ({book_s:.1f} s)",
            value=lines / book_s,
            unit="rows/s",
            compared_with=f"CSV {per_second:,.0f} rows/s",
        ),
        Figure(
            what="peak memory with the spreadsheet",
            value=book_mb,
            unit="MB",
            compared_with=f"{part_mb:.1f} MB with a quarter of the rows",
            aim=f"< {MEMORY_MB:.0f} MB, grows < {GROWTH_MB:.0f} MB",
            met=book_mb < MEMORY_MB and book_mb - part_mb < GROWTH_MB,
        ),
    ]


def _as_spreadsheet(source: Path, target: Path, rows: int | None = None) -> None:
    """The rows of a CSV with numbers and dates as a spreadsheet keeps them."""
    with source.open(encoding="cp1252", newline="") as file:
        reader = csv.reader(file, delimiter=";")
        header = next(reader)
        typed = (
            [_TYPES.get(name, str)(cell) for name, cell in zip(header, row, strict=True)]
            for row in islice(reader, rows)
        )
        write_spreadsheet(target, {"Base": chain([header], typed)})


def _day(cell: str) -> date | None:
    return parse_date(cell) if cell else None


_TYPES: dict[str, Callable[[str], Value]] = {
    "Valor": parse_amount,
    "Vencimento": _day,
    "Data de Nascimento": _day,
}


def _undo(environment: dict[str, str]) -> float:
    """Seconds of one `acordo import undo` of the newest import."""
    acordo = [sys.executable, "-m", "foundation", "import"]
    listed = subprocess.run(
        [*acordo, "list", "--json"], env=environment, check=True, stdout=subprocess.PIPE
    )
    newest = json.loads(listed.stdout)[0]["id"]
    started = time.monotonic()
    subprocess.run(
        [*acordo, "undo", newest], env=environment, check=True, stdout=subprocess.DEVNULL
    )
    return time.monotonic() - started


def _run(path: Path, environment: dict[str, str], portfolio: str) -> tuple[float, float]:
    """Seconds and peak resident MB of one `acordo import debtors`."""
    command = [sys.executable, "-m", "foundation", "import", "debtors", str(path)]
    command += ["--creditor", f"Medida {portfolio}", "--portfolio", "Medida", "--json"]
    started = time.monotonic()
    process = psutil.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, process.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(_POLL_S)
    if process.wait() != 0:
        raise RuntimeError("the import failed; its words are above")
    return time.monotonic() - started, peak / 2**20
