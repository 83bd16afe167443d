"""Copy an installation that runs: its database as of one instant, and every recording.

What a row of that instant points to is in the copy: recordings that still lie open are
held (by hard links) before the instant and sealed ones are read after it, so a call that
is sealed meanwhile is in the copy at least once. Data keys are never in it.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.cli import CannotRun
from foundation.db.engine import connect, database_url
from foundation.home import Home
from foundation.keeping import copy_file
from foundation.keeping.database_copy import dump
from foundation.keeping.members import PIECE, framed
from foundation.reach import reach_database
from foundation.settings import ProcessSettings

PUBLIC = "backup_public_key"
MANIFEST, DATABASE, END = "manifest.json", "database", "end.json"
SEALED, CLEAR, IMPORTS = "recordings/sealed", "recordings/clear", "imports"
FORMAT = 1
REACH_S = 10.0
_HELD = ".backup-held-"

Say = Callable[[str], None]


class NoPublicKey(CannotRun):
    """Ainda não há chave pública para cifrar cópias."""

    def __init__(self) -> None:
        super().__init__(
            "não há chave para cifrar a cópia; faça antes: acordo keys export ARQUIVO"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the database held at the instant of the copy."""

    revision: str
    agreements: int
    recordings: int
    paths: tuple[str, ...]  # of sealed recordings, below their folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was copied. `missing`: recordings of the index that had no file."""

    path: str
    bytes: int
    sha256: str
    revision: str
    agreements: int
    recordings: int
    missing: int
    files: int


async def back_up(settings: ProcessSettings, target: Path, say: Say) -> Report:
    """Write a copy; raises NoPublicKey, DumpFailed, OSError, what `reach_database` does."""
    home = Home(settings.home)
    public = public_key(home)
    with _held(home) as held:
        async with _instant(settings) as (facts, snapshot):
            content = _Content(home, held, facts, database_url(settings), snapshot, say)
            data_key = bytes.fromhex(home.secret("data_key"))
            done = await asyncio.to_thread(
                copy_file.write, target, content.stream(), public=public, data_key=data_key
            )
    facts_told = asdict(facts)
    del facts_told["paths"]
    return Report(
        path=str(done.path), bytes=done.bytes, sha256=done.sha256,
        missing=content.missing, files=content.files, **facts_told,
    )  # fmt: skip


def public_key(home: Home) -> bytes:
    """The public half of the pair in use; raises NoPublicKey."""
    path = home.secrets / PUBLIC
    try:
        return bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        raise NoPublicKey from None


@asynccontextmanager
async def _instant(settings: ProcessSettings) -> AsyncIterator[tuple[Facts, str]]:
    """Hold one instant of the database; yields its facts and the snapshot's name."""
    engine = connect(settings, pool_size=1)
    try:
        await reach_database(engine, table="alembic_version", deadline_s=REACH_S)
        async with engine.connect() as connection:
            await connection.execute(
                text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            )
            snapshot = await connection.scalar(text("SELECT pg_export_snapshot()"))
            yield await _facts(connection), str(snapshot)
    finally:
        await engine.dispose()


async def _facts(connection: AsyncConnection) -> Facts:
    revision = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    agreements = await connection.scalar(text("SELECT count(*) FROM agreement"))
    paths = (await connection.scalars(text("SELECT path FROM recording"))).all()
    return Facts(
        revision=str(revision),
        agreements=int(agreements or 0),
        recordings=len(paths),
        paths=tuple(paths),
    )


class _Content:
    """The clear bytes of a copy, and what was met while they were read."""

    def __init__(
        self, home: Home, held: Path, facts: Facts, url: str, snapshot: str, say: Say
    ) -> None:
        self.files = 0
        self._home, self._held, self._facts = home, held, facts
        self._url, self._snapshot, self._say = url, snapshot, say
        self._sealed: set[str] = set()

    @property
    def missing(self) -> int:
        return len(set(self._facts.paths) - self._sealed)

    def stream(self) -> Iterator[bytes]:
        yield from framed(MANIFEST, [self._manifest()])
        self._say("copiando o banco de dados")
        yield from framed(DATABASE, self._dump())
        yield from self._folder(CLEAR, self._held)
        yield from self._folder(SEALED, self._home.recordings_sealed)
        yield from self._folder(IMPORTS, self._home.imports)
        yield from framed(END, [json.dumps({"files": self.files}).encode()])

    def _manifest(self) -> bytes:
        facts = {"revision": self._facts.revision, "agreements": self._facts.agreements}
        made = datetime.now(UTC).isoformat(timespec="seconds")
        told = {"format": FORMAT, "made_at": made, "version": version("acordo"), **facts}
        return json.dumps({**told, "recordings": self._facts.recordings}).encode()

    def _dump(self) -> Iterator[bytes]:
        said = size = 0
        for piece in dump(self._url, self._snapshot):
            size += len(piece)
            yield piece
            if size // 100_000_000 > said:
                said = size // 100_000_000
                self._say(f"banco de dados: {size // 1_000_000} MB")

    def _folder(self, name: str, folder: Path) -> Iterator[bytes]:
        """All files of a folder; one that is gone when its turn comes is left out."""
        files = _files(folder)
        told = 0
        for done, path in enumerate(files, start=1):
            with suppress(FileNotFoundError), path.open("rb") as file:
                below = path.relative_to(folder).as_posix()
                yield from framed(f"{name}/{below}", iter(lambda: file.read(PIECE), b""))
                self.files += 1
                if name == SEALED:
                    self._sealed.add(below)
            if (percent := 100 * done // len(files)) >= told + 10:
                told = percent
                self._say(f"{name}: {done} de {len(files)} ({percent} %)")


def _files(folder: Path) -> list[Path]:
    """Files that are whole: a name with a dot in front is a draft."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    )


@contextmanager
def _held(home: Home) -> Iterator[Path]:
    """Hold what the switch has written, so that it stays until we come to it."""
    above = home.recordings_clear.parent
    for leftover in above.glob(f"{_HELD}*"):
        if not Path(f"/proc/{leftover.name.removeprefix(_HELD)}").exists():
            shutil.rmtree(leftover, ignore_errors=True)
    folder = above / f"{_HELD}{os.getpid()}"
    folder.mkdir(mode=0o700, parents=True)
    try:
        for path in _files(home.recordings_clear):
            target = folder / path.relative_to(home.recordings_clear)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                os.link(path, target)
        yield folder
    finally:
        shutil.rmtree(folder)
