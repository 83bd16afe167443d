"""Bring an installation back from a copy and the keys, into an empty place only.

The whole copy is opened and verified before the first byte is written. Then keys and
recordings are put in place, and last the database, in one transaction. A mark says from
the first byte to the last that this place is being filled; who was interrupted may begin
again, and what was left is removed first. Blocking.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import text

from foundation.cli import CannotRun
from foundation.db.engine import connect, database_url
from foundation.db.prepare import prepare
from foundation.db.prepared import newest
from foundation.embedded import postgres
from foundation.embedded.program import running
from foundation.home import RESTORING, Home
from foundation.keeping import copy_file, database_copy
from foundation.keeping.backup import (
    CLEAR,
    DATABASE,
    END,
    FORMAT,
    IMPORTS,
    MANIFEST,
    PUBLIC,
    REACH_S,
    SEALED,
)
from foundation.keeping.copy_file import CopyCut
from foundation.keeping.operator_key import KeptKeys
from foundation.reach import reach_database
from foundation.settings import ProcessSettings

Say = Callable[[str], None]


class NotEmpty(CannotRun):
    """Só se restaura em uma instalação vazia."""

    def __init__(self, what: str) -> None:
        super().__init__(f"só se restaura em uma instalação vazia, e {what}.")


class CopyFromNewerVersion(CannotRun):
    """A cópia é de uma versão mais nova do Acordo."""

    def __init__(self, revision: str, version: str) -> None:
        super().__init__(
            f"a cópia é de uma versão mais nova do Acordo ({version}, revisão {revision}; "
            f"esta vai até {newest()}); atualize o programa."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What a copy says of itself, once all of it was verified."""

    made_at: str
    revision: str
    agreements: int
    recordings: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What lies there now, counted in the new installation itself. `missing`: recordings
    of the index without a file."""

    agreements: int
    recordings: int
    missing: int


def inspect(path: Path, keys: KeptKeys, say: Say) -> Inside:
    """Open and verify all of a copy; writes nothing.

    Raises what `copy_file.opened` raises, CopyMalformed, CopyFromNewerVersion.
    """
    say("conferindo a cópia inteira")
    manifest: dict[str, object] = {}
    ended, seen = -1, set()
    for name, pieces in copy_file.members(path, keys):
        content = b""
        for piece in pieces:
            content = content + piece if name in (MANIFEST, END) else b""
        if name == MANIFEST:
            manifest = _understood(json.loads(content))
        elif name == END:
            ended = json.loads(content)["files"]
        seen.add(name)
    if not manifest or DATABASE not in seen or ended != len(seen) - 3:
        raise CopyCut(path.name)
    return Inside(
        made_at=str(manifest["made_at"]),
        revision=str(manifest["revision"]),
        agreements=int(str(manifest["agreements"])),
        recordings=int(str(manifest["recordings"])),
        files=ended,
    )


def _understood(manifest: dict[str, object]) -> dict[str, object]:
    if manifest["format"] != FORMAT or str(manifest["revision"]) > newest():
        raise CopyFromNewerVersion(str(manifest["revision"]), str(manifest["version"]))
    return manifest


def restore(settings: ProcessSettings, path: Path, keys: KeptKeys, say: Say) -> Restored:
    """Fill an empty installation; the caller holds its lock and has inspected the copy.

    Raises NotEmpty, RestoreFailed, OSError, DidNotStart; then nothing is left in the place
    but secrets made for servers. Raises also what `prepare` raises: then all is there, and
    `acordo db upgrade` does the rest.
    """
    home = Home(settings.home)
    mark = home.root / RESTORING
    if settings.database_url is not None:
        asyncio.run(_require_empty_database(settings))
    if mark.exists():
        _clear(settings, home)
    _require_empty(settings, home, keys)
    try:
        ours = _begin(home, keys)
        with _server(settings, home):
            _fill(settings, path, keys, ours, say)
            mark.unlink()
            asyncio.run(prepare(settings, reach_s=REACH_S))
            return asyncio.run(_counted(settings, home))
    except BaseException:
        if mark.exists():
            _clear(settings, home)
        raise


def _begin(home: Home, keys: KeptKeys) -> dict[str, str]:
    """Leave the mark, with the names of the secrets that are ours to place."""
    places = {**keys.secrets, PUBLIC: keys.public.hex()}
    ours = {
        name: value for name, value in places.items() if not (home.secrets / name).exists()
    }
    with _new_file(home.root / RESTORING) as file:
        file.write(json.dumps(list(ours)).encode())
    return ours


def _fill(
    settings: ProcessSettings, path: Path, keys: KeptKeys, ours: Mapping[str, str], say: Say
) -> None:
    home = Home(settings.home)
    for name, value in ours.items():
        with _new_file(home.secrets / name) as file:
            file.write(f"{value}\n".encode())
    say("restaurando as gravações")
    for name, pieces in copy_file.members(path, keys):
        _place(home, name, pieces)
    say("restaurando o banco de dados")
    for name, pieces in copy_file.members(path, keys):
        if name == DATABASE:
            database_copy.restore(database_url(settings), pieces)
            break
        _drain(pieces)


def _clear(settings: ProcessSettings, home: Home) -> None:
    """Remove what an unfinished restoration put there; it had found nothing before."""
    mark = home.root / RESTORING
    try:
        ours = json.loads(mark.read_text())
    except ValueError:
        ours = []  # it was cut while it was written: nothing had been placed yet
    for name in ours:
        (home.secrets / name).unlink(missing_ok=True)
    for folder in _folders(home).values():
        shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
    if settings.database_url is None and home.postgres.exists():
        shutil.rmtree(home.postgres)
    mark.unlink()


def _place(home: Home, name: str, pieces: Iterator[bytes]) -> None:
    for above, folder in _folders(home).items():
        if name.startswith(f"{above}/"):
            target = folder / name.removeprefix(f"{above}/")
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _new_file(target) as file:
                for piece in pieces:
                    file.write(piece)
            return
    _drain(pieces)


def _drain(pieces: Iterator[bytes]) -> None:
    for _ in pieces:
        pass


def _new_file(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _folders(home: Home) -> dict[str, Path]:
    return {
        SEALED: home.recordings_sealed,
        CLEAR: home.recordings_clear,
        IMPORTS: home.imports,
    }


def _require_empty(settings: ProcessSettings, home: Home, keys: KeptKeys) -> None:
    """Raises NotEmpty. Data keys that are there already must be the same ones."""
    if settings.database_url is None and home.postgres.exists():
        raise NotEmpty(f"{home.postgres} já existe")
    for folder in _folders(home).values():
        if any(path.is_file() for path in folder.rglob("*")):
            raise NotEmpty(f"há arquivos em {folder}")
    for name, value in keys.secrets.items():
        there = home.secrets / name
        if there.exists() and there.read_text().strip() != value:
            raise NotEmpty(f"{there} tem outra chave")


async def _require_empty_database(settings: ProcessSettings) -> None:
    engine = connect(settings, pool_size=1)
    try:
        await reach_database(engine, deadline_s=REACH_S)
        async with engine.connect() as connection:
            tables = await connection.scalar(
                text(
                    "SELECT count(*) FROM pg_tables"
                    " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
                )
            )
    finally:
        await engine.dispose()
    if tables:
        raise NotEmpty(f"o banco de dados já tem {tables} tabelas")


async def _counted(settings: ProcessSettings, home: Home) -> Restored:
    engine = connect(settings, pool_size=1)
    try:
        async with engine.connect() as connection:
            agreements = await connection.scalar(text("SELECT count(*) FROM agreement"))
            paths = (await connection.scalars(text("SELECT path FROM recording"))).all()
    finally:
        await engine.dispose()
    missing = sum(not (home.recordings_sealed / path).is_file() for path in paths)
    return Restored(agreements=int(agreements or 0), recordings=len(paths), missing=missing)


@contextmanager
def _server(settings: ProcessSettings, home: Home) -> Iterator[None]:
    """The embedded server while it is filled; one that was given runs by itself."""
    if settings.database_url is not None:
        yield
        return
    postgres.prepare(home)
    with running(postgres.program(home), home.logs / "postgres.log"):
        yield
