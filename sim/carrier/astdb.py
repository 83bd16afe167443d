"""Hand a trace to the network's Asterisk: its own small database, written before it starts.

How often each number was called (`seen/`) is counted there by the dialplan, and is kept
over a restart with the same trace, so that a trace goes on where it was. What a trace was
made into is kept too: at the next start with the same sources there is nothing to write.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

from sim.carrier.script import astdb_value
from sim.personas import sounds
from sim.world.scripted import SCRIPTED
from sim.world.trace import TraceRow

FILE = "astdb.sqlite3"
_TABLE = (
    "CREATE TABLE IF NOT EXISTS astdb"
    "(key VARCHAR(256), value VARCHAR(256), PRIMARY KEY(key))"
)
_PUT = "INSERT OR REPLACE INTO astdb VALUES (?, ?)"
_DIGEST = "/network/trace"
_SOURCES = "/network/sources"
_PROGRAM = Path(__file__).parents[1]
_MADE_BY = tuple(
    _PROGRAM / name
    for name in (
        "carrier/astdb.py", "carrier/script.py", "carrier/trace_file.py",
        "world/scripted.py", "world/trace.py",
    )
)  # fmt: skip


class TwoRowsForOneAttempt(ValueError):
    """A trace has the same attempt of the same number twice."""


def sources(trace: Path | None) -> str:
    """The sum of all that the entries are made from: a trace, the sounds, this program."""
    found = hashlib.sha256()
    for file in (*_MADE_BY, sounds.LINES, *([trace] if trace else [])):
        with file.open("rb") as content:
            found.update(hashlib.file_digest(content, "sha256").digest())
    for clip in sorted(sounds.AUDIO.rglob("*.wav")):  # how long each one lasts
        found.update(f"{clip.name} {clip.stat().st_size}\n".encode())
    return found.hexdigest()


def rows_made_from(folder: Path, source: str) -> int | None:
    """How many rows the entries have, if they were made from those sources."""
    path = folder / FILE
    if not path.exists():
        return None
    query = "SELECT value FROM astdb WHERE key = ?"
    with closing(sqlite3.connect(path)) as database:
        try:
            found = database.execute(query, (_SOURCES,)).fetchone()
        except sqlite3.DatabaseError:  # no table yet, or a file that a crash spoilt
            return None
    stamp, _, count = found[0].partition(" ") if found else ("", "", "")
    return int(count) if stamp == source else None


def write(
    folder: Path,
    rows: Iterable[TraceRow],
    seconds: Callable[[str], float],
    playable: Callable[[str], str],
    source: str = "",
) -> int:
    """Write the scripted numbers and the trace; return how many rows the trace has.

    `source` is what `rows_made_from` will be asked for.
    Raises TwoRowsForOneAttempt, KeyError for a clip that does not exist.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    entries = _Entries(seconds, playable)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(_TABLE)
        database.execute("BEGIN")
        before = database.execute(
            "SELECT value FROM astdb WHERE key = ?", (_DIGEST,)
        ).fetchone()
        database.execute("DELETE FROM astdb WHERE key NOT LIKE '/seen/%'")
        database.executemany(_PUT, entries.scripted())
        database.executemany(_PUT, entries.trace(rows))
        if before != (entries.digest,):
            database.execute("DELETE FROM astdb WHERE key LIKE '/seen/%'")
        database.execute(_PUT, (_DIGEST, entries.digest))
        database.execute(_PUT, (_SOURCES, f"{source} {entries.count}"))
        database.execute("COMMIT")
    path.chmod(0o600)
    return entries.count


class _Entries:
    """Keys and values, counted and hashed on the way."""

    def __init__(
        self, seconds: Callable[[str], float], playable: Callable[[str], str]
    ) -> None:
        self.count = 0
        self._seconds, self._playable = seconds, playable
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def scripted(self) -> Iterator[tuple[str, str]]:
        for digits, row in SCRIPTED.items():
            yield f"/scripted/{digits}", self._value(row)

    def trace(self, rows: Iterable[TraceRow]) -> Iterator[tuple[str, str]]:
        last: dict[str, int] = {}
        for row in rows:
            value = self._value(row)
            if row.nth <= last.get(row.number, 0):
                raise TwoRowsForOneAttempt(f"{row.number}, tentativa {row.nth}")
            last[row.number] = row.nth
            self.count += 1
            self._hash.update(f"{row.number}/{row.nth}={value}\n".encode())
            yield f"/trace/{row.number}/{row.nth}", value
            yield f"/trace/{row.number}/last", value

    def _value(self, row: TraceRow) -> str:
        for said in row.says:
            self._playable(said.what)
        return astdb_value(row, self._seconds)
