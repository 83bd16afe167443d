"""The database out of and into a stream, by PostgreSQL's own programs.

They come with the wheel of the embedded server and speak to any server that is not newer.
Passwords go by environment, never by a command line.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from sqlalchemy.engine import URL, make_url

from foundation.cli import CannotRun
from foundation.embedded.postgres import program_path

PIECE = 256 * 1024
WITHOUT_RIGHTS = ("--no-owner", "--no-privileges")


class DumpFailed(CannotRun):
    """O pg_dump não conseguiu ler o banco."""

    def __init__(self, why: str) -> None:
        super().__init__(f"o pg_dump não conseguiu ler o banco: {why}")


class RestoreFailed(CannotRun):
    """O pg_restore não conseguiu gravar o banco; nada ficou gravado nele."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"o pg_restore não conseguiu gravar o banco ({why}); nada ficou gravado nele."
        )


def dump(url: str, snapshot: str) -> Iterator[bytes]:
    """Yield the database as it was in that snapshot. Raises DumpFailed at its end."""
    command = [str(program_path("pg_dump")), "--format=custom", f"--snapshot={snapshot}"]
    with tempfile.TemporaryFile() as said:
        with (
            subprocess.Popen(
                [*command, *WITHOUT_RIGHTS],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                env=_environment(url),
            ) as process,
            _ended(process),
        ):
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            while piece := process.stdout.read(PIECE):
                yield piece
        if process.returncode != 0:
            raise DumpFailed(_last_line(said))


def restore(url: str, pieces: Iterator[bytes]) -> None:
    """Write a dump into an empty database, all of it or nothing. Raises RestoreFailed."""
    command = [str(program_path("pg_restore")), "--single-transaction", "--exit-on-error"]
    name = make_url(url).database or ""
    with tempfile.TemporaryFile() as said:
        with (
            subprocess.Popen(
                [*command, *WITHOUT_RIGHTS, f"--dbname={name}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=_environment(url),
            ) as process,
            _ended(process),
        ):
            assert process.stdin is not None  # noqa: S101 - it is a pipe
            try:
                for piece in pieces:
                    process.stdin.write(piece)
                process.stdin.close()
            except BrokenPipeError:
                pass  # what it said tells why
            process.wait()
        if process.returncode != 0:
            raise RestoreFailed(_last_line(said))


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Whoever gives up half-way does not leave it behind."""
    try:
        yield
    except BaseException:
        process.kill()
        raise


def _environment(url: str) -> dict[str, str]:
    address: URL = make_url(url)
    given = {
        "PGHOST": address.query.get("host") or address.host,
        "PGPORT": address.port,
        "PGDATABASE": address.database,
        "PGUSER": address.username,
        "PGPASSWORD": address.password,
        "PGCONNECT_TIMEOUT": 10,
        "LC_ALL": "C.UTF-8",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {name: str(value) for name, value in given.items() if value}


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode("utf-8", "replace").splitlines()
    told = [line.strip() for line in lines if line.strip()]
    return told[-1] if told else "sem explicação"
