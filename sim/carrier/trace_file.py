"""Traces as files: CSV for people, Parquet for large ones. The suffix decides."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sim.world.trace import BadTrace, Kind, Party, TraceRow, format_timed, parse_timed

COLUMNS = (
    "number",
    "nth",
    "kind",
    "code",
    "post_dial_s",
    "ring_s",
    "talk_s",
    "hangs_up",
    "says",
    "keys",
)
_TYPES = {
    "number": "VARCHAR",
    "nth": "INTEGER",
    "kind": "VARCHAR",
    "code": "INTEGER",
    "post_dial_s": "DECIMAL(12,3)",
    "ring_s": "DECIMAL(12,3)",
    "talk_s": "DECIMAL(12,3)",
    "hangs_up": "VARCHAR",
    "says": "VARCHAR",
    "keys": "VARCHAR",
}
_TEXTS = ("says", "keys")  # empty, never null
_PARQUET = ".parquet"
_BATCH = 2_000


def write(path: Path, rows: Iterable[TraceRow]) -> int:
    """Write a whole trace, or nothing; return how many rows."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".trace-") as folder:
        draft = Path(folder) / "trace.csv"
        with draft.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            count = 0
            for row in rows:
                writer.writerow(_texts(row))
                count += 1
        if path.suffix == _PARQUET:
            draft = _to_parquet(draft)
        draft.replace(path)
    return count


def read(path: Path) -> Iterator[TraceRow]:
    """Read a trace row by row; raises BadTrace with the line, FileNotFoundError."""
    records = _parquet_records(path) if path.suffix == _PARQUET else _csv_records(path)
    for line, record in enumerate(records, start=2):
        try:
            yield _row(record)
        except (KeyError, TypeError, ValueError) as error:
            raise BadTrace(f"{path.name}, linha {line}: {error}") from error


def _texts(row: TraceRow) -> tuple[str, ...]:
    return (
        row.number,
        str(row.nth),
        row.kind.value,
        str(row.code),
        f"{row.post_dial_s:.3f}",
        f"{row.ring_s:.3f}",
        f"{row.talk_s:.3f}",
        row.hangs_up.value,
        format_timed(row.says),
        format_timed(row.keys),
    )


def _row(record: dict[str, Any]) -> TraceRow:
    return TraceRow(
        number=str(record["number"]),
        nth=int(record["nth"]),
        kind=Kind(record["kind"]),
        code=int(record["code"]),
        post_dial_s=float(record["post_dial_s"]),
        ring_s=float(record["ring_s"]),
        talk_s=float(record["talk_s"]),
        hangs_up=Party(record["hangs_up"]),
        says=parse_timed(record["says"] or ""),
        keys=parse_timed(record["keys"] or ""),
    )


def _csv_records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise BadTrace(f"{path.name}: falta a coluna {', '.join(missing)}")
        yield from reader


def _parquet_records(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        raise FileNotFoundError(path)
    import duckdb  # for this form alone: it takes long to load

    with duckdb.connect() as connection:
        try:
            found = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
        except duckdb.Error as error:
            raise BadTrace(f"{path.name}: {error}") from error
        names = [column[0] for column in found.description or ()]
        while rows := found.fetchmany(_BATCH):
            for row in rows:
                yield dict(zip(names, row, strict=True))


def _to_parquet(source: Path) -> Path:
    import duckdb

    target = source.with_suffix(_PARQUET)
    empty = "coalesce({0}, '') AS {0}"
    columns = [empty.format(name) if name in _TEXTS else name for name in COLUMNS]
    with duckdb.connect() as connection:
        table = connection.read_csv(str(source), header=True, dtype=_TYPES)
        table.project(", ".join(columns)).write_parquet(str(target))
    return target
