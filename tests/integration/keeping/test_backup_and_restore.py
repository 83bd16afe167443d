"""A whole installation, copied while it runs, comes back in an empty one."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from cobranca.agreements.publishing import publish
from cobranca.agreements.store import AgreementRow
from cobranca.debts.registering import read_terms, register_terms
from cobranca.debts.store import DebtRow
from dialer.recordings.opening import open_recording
from foundation.cli import main
from foundation.db.engine import database_url
from foundation.embedded import postgres
from foundation.embedded.program import running
from foundation.home import Home
from foundation.settings import ProcessSettings
from tests.builders.agreements import AT, POLICY, TERMS, an_agreement
from tests.builders.portfolio import a_portfolio
from tests.integration.console.test_recordings import Recorded, a_recording

PASSPHRASE = "uma senha bem comprida"


@dataclass(frozen=True)
class Installation:
    """One with an agreement, a sealed recording and a clear one."""

    home: Home
    environment: dict[str, str]
    agreement: UUID
    recorded: Recorded


@pytest.fixture
async def installation(
    engine: AsyncEngine, db_url: str, fresh_home: Home, tmp_path: Path
) -> Installation:
    fresh_home.prepare()
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=1)
        await register_terms(connection, read_terms(TERMS), AT)
        await publish(connection, POLICY, by="sonia", at=AT)
        debt = (await connection.execute(select(DebtRow.id))).scalar_one()
        agreement, _ = await an_agreement(connection, debt)
    recorded = await a_recording(engine, fresh_home, tmp_path)
    (fresh_home.recordings_clear / "running.raw").write_bytes(b"\1\0\2\0" * 500)
    environment = {"ACORDO_HOME": str(fresh_home.root), "ACORDO_DATABASE_URL": db_url}
    return Installation(fresh_home, environment, agreement, recorded)


@pytest.fixture
def outside() -> Iterator[Path]:
    """A folder of the operator's, with his passphrase; short, for paths of sockets."""
    folder = Path("/tmp") / f"acordo-out-{os.getpid()}"  # noqa: S108 - ours, by number
    folder.mkdir(mode=0o711)
    (folder / "passphrase").write_text(PASSPHRASE + "\n")
    (folder / "other").write_text("uma outra senha comprida\n")
    yield folder
    shutil.rmtree(folder)


async def acordo(environment: dict[str, str], *arguments: object) -> Result:
    """In a thread: the commands have event loops of their own."""
    command = [str(argument) for argument in arguments]
    return await asyncio.to_thread(
        CliRunner().invoke, main, command, env=environment, catch_exceptions=False
    )


async def copied(installation: Installation, outside: Path) -> dict[str, object]:
    """Export the keys and copy; returns the report."""
    exported = await acordo(
        installation.environment, "keys", "export", outside / "keys",
        "--passphrase-file", outside / "passphrase",
    )  # fmt: skip
    assert exported.exit_code == 0, exported.output
    done = await acordo(installation.environment, "backup", outside / "a.copy", "--json")
    assert done.exit_code == 0, done.output
    report: dict[str, object] = json.loads(done.stdout)
    return report


async def restored(outside: Path, **other: str) -> Result:
    """Into a folder that does not exist yet, with a server of its own."""
    given = {"source": "a.copy", "keys": "keys", "passphrase": "passphrase"} | other
    return await acordo(
        {"ACORDO_HOME": str(outside / "new")},
        "restore", outside / given["source"], "--keys", outside / given["keys"],
        "--passphrase-file", outside / given["passphrase"], "--json",
    )  # fmt: skip


async def test_every_agreement_and_recording_is_found_again(
    installation: Installation, outside: Path
) -> None:
    report = await copied(installation, outside)
    assert (report["agreements"], report["recordings"], report["missing"]) == (1, 1, 0)
    data_key = installation.home.secret("data_key").encode()
    assert data_key not in (outside / "a.copy").read_bytes()
    assert data_key not in (outside / "keys").read_bytes()

    done = await restored(outside)

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["recordings"] == 1
    home = Home(outside / "new")
    clear = home.recordings_clear / "running.raw"
    assert clear.read_bytes() == b"\1\0\2\0" * 500
    assert not (home.root / "restoring").exists()
    with running(postgres.program(home), home.logs / "postgres.log"):
        engine = create_async_engine(database_url(ProcessSettings(home=home.root)))
        async with engine.connect() as connection:
            assert (await connection.scalars(select(AgreementRow.id))).all() == [
                installation.agreement
            ]
        pieces = await open_recording(
            engine, home, installation.recorded.attempt, by="teste"
        )
        assert b"".join(pieces)[44:] == installation.recorded.clear
        await engine.dispose()

    again = await restored(outside)
    assert again.exit_code == 1
    assert "só se restaura em uma instalação vazia" in again.stderr


async def test_what_is_wrong_is_told_in_a_line_and_nothing_is_written(
    installation: Installation, outside: Path
) -> None:
    await copied(installation, outside)
    raw = (outside / "a.copy").read_bytes()
    (outside / "cut").write_bytes(raw[:-1])
    (outside / "changed").write_bytes(raw[:-9] + b"x" + raw[-8:])
    first_keys = (outside / "keys").rename(outside / "first")
    later = await acordo(
        installation.environment, "keys", "export", outside / "later",
        "--passphrase-file", outside / "passphrase",
    )  # fmt: skip
    assert later.exit_code == 0
    for wrong, said in (
        ({"keys": "later"}, "foi feita para outro arquivo de chaves"),
        ({"keys": "first", "passphrase": "other"}, "A senha não abre"),
        ({"keys": "absent"}, "absent: não existe"),
        ({"keys": "a.copy"}, "não é um arquivo feito por"),
        ({"keys": "first", "source": "first"}, "não é uma cópia"),
        ({"keys": "first", "source": "cut"}, "A cópia não abre"),
        ({"keys": "first", "source": "changed"}, "A cópia não abre"),
    ):
        answer = await restored(outside, **wrong)
        assert answer.exit_code == 1, wrong
        assert said in answer.stderr.splitlines()[-1], wrong
        assert not (outside / "new").exists(), wrong
    missing = await acordo(
        {"ACORDO_HOME": str(outside / "new")}, "restore", outside / "cut"
    )
    assert missing.exit_code == 1
    assert "falta o arquivo de chaves" in missing.stderr
    assert first_keys.exists()


async def test_a_copy_of_a_newer_version_is_refused_in_a_line(
    installation: Installation, engine: AsyncEngine, outside: Path
) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await copied(installation, outside)
    answer = await restored(outside)
    assert answer.exit_code == 1
    assert "versão mais nova do Acordo" in answer.stderr.splitlines()[-1]
    assert not (outside / "new").exists()


async def test_a_database_with_tables_is_never_restored_into(
    installation: Installation, outside: Path
) -> None:
    await copied(installation, outside)
    environment = installation.environment | {"ACORDO_HOME": str(outside / "new")}
    answer = await acordo(
        environment, "restore", outside / "a.copy", "--keys", outside / "keys",
        "--passphrase-file", outside / "passphrase",
    )  # fmt: skip
    assert answer.exit_code == 1
    assert "o banco de dados já tem" in answer.stderr.splitlines()[-1]
    assert list(Home(outside / "new").recordings_sealed.rglob("*")) == []
    assert not (outside / "new" / "secrets" / "data_key").exists()


async def test_without_a_public_key_there_is_no_copy(
    installation: Installation, outside: Path
) -> None:
    answer = await acordo(installation.environment, "backup", outside / "a.copy")
    assert answer.exit_code == 1
    assert "acordo keys export" in answer.stderr
    assert not (outside / "a.copy").exists()
