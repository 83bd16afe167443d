"""Imports through the worker: shown before they are written, stopped, cut off, undone."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.imports import tasks
from cobranca.debtors.imports.cleaning import sweep
from cobranca.debtors.imports.errors import EmptyFile, FileTooLarge
from cobranca.debtors.imports.inspection import inspect
from cobranca.debtors.imports.mapping import field_named
from cobranca.debtors.imports.runner import hold_creditor, run_task
from cobranca.debtors.imports.saved_mappings import save
from cobranca.debtors.imports.settings import Imports
from cobranca.debtors.imports.states import Action
from cobranca.debtors.imports.uploads import Upload, errors_path, upload_path
from cobranca.debtors.imports.xlsx.package import Limits
from cobranca.outbox_runner import Outbox
from cobranca.settings import WorkerSettings
from foundation.home import Home
from foundation.ids import uuid7
from foundation.settings import ProcessSettings
from tests.builders.debtor_files import HEADER, cpf, row


@pytest.fixture
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


class Floor:
    """The worker's outbox and the two hands that a page has."""

    def __init__(self, engine: AsyncEngine, settings: WorkerSettings, executor: Executor):
        self.engine = engine
        self.home = Home(settings.home)
        self.rows = Outbox(
            engine=engine,
            settings=settings,
            handlers={tasks.TOPIC: run_task},
            executor=executor,
        )

    async def send(self, *lines: str, header: str = HEADER) -> UUID:
        number = uuid7()
        with Upload(self.home, number, 1_000_000) as upload:
            upload.write("\n".join([header, *lines, ""]).encode())
            received = upload.finish()
        begun = tasks.Begun(
            id=number,
            origin="page",
            who="ana",
            creditor="Banco Um",
            portfolio="Carteira",
            file_name="março.csv",
        )
        async with self.engine.begin() as connection:
            looked = inspect(received.path, Limits())
            await tasks.begin(connection, begun, received, looked)
        return number

    async def ask(self, number: UUID, action: Action, shown: str | None = None) -> None:
        async with self.engine.begin() as connection:
            await tasks.ask(connection, number, action, "ana", shown=shown)

    async def row(self, number: UUID) -> Any:
        async with self.engine.connect() as connection:
            return await tasks.found(connection, number)

    async def done(self, number: UUID, action: Action, shown: str | None = None) -> Any:
        await self.ask(number, action, shown)
        assert await self.rows.run_one()
        return await self.row(number)

    async def count(self, table: str) -> int:
        async with self.engine.connect() as connection:
            query = text(f"SELECT count(*) FROM {table}")  # noqa: S608
            return await connection.scalar(query) or 0


@pytest.fixture
def floor(engine: AsyncEngine, settings: ProcessSettings, executor: Executor) -> Floor:
    own = {"home": settings.home, "database_url": settings.database_url}
    return Floor(engine, WorkerSettings.model_validate(own), executor)


async def test_a_check_shows_and_writes_nothing_then_it_is_applied(floor: Floor) -> None:
    number = await floor.send(row(1), row(2), row(3, cpf="1"))
    checked = await floor.done(number, Action.CHECK)
    assert checked.status == "checked"
    assert (checked.counts["new"], checked.counts["refused"]) == (2, 1)
    assert checked.diff["new"][0]["name"] == "Devedor Número 1"
    assert checked.diff["refused"][0][0] == 4
    assert checked.has_errors_file
    assert await floor.count("debtor") == 0

    applied = await floor.done(number, Action.APPLY, checked.fingerprint)
    assert (applied.status, applied.applied_by) == ("done", "ana")
    assert await floor.count("debtor") == 2
    assert not upload_path(floor.home, number).exists()

    undone = await floor.done(number, Action.UNDO)
    assert (undone.status, undone.undone_by) == ("undone", "ana")
    assert await floor.count("creditor") == 0


async def test_what_changes_is_shown_field_by_field(floor: Floor) -> None:
    first = await floor.send(row(1), row(2), row(3))
    checked = await floor.done(first, Action.CHECK)
    await floor.done(first, Action.APPLY, checked.fingerprint)
    second = await floor.send(
        row(1, valor="9,00"), row(2, uf="RJ", telefone2="(21) 90000-7777"), row(3)
    )
    diff = (await floor.done(second, Action.CHECK)).diff
    assert set(diff["fields"]) == {"amount", "uf", "phone"}
    (change,) = diff["fields"]["amount"]["examples"]
    assert (change["line"], change["contract"]) == (2, "C-1")
    assert (change["old"], change["new"]) == ("R$\xa01.234,56", "R$\xa09,00")
    assert [one["contract"] for one in diff["same"]] == ["C-3"]


async def test_a_base_that_changed_in_between_is_shown_again(floor: Floor) -> None:
    number = await floor.send(row(1, valor="9,00"))
    checked = await floor.done(number, Action.CHECK)
    other = await floor.send(row(1))
    shown = await floor.done(other, Action.CHECK)
    await floor.done(other, Action.APPLY, shown.fingerprint)

    again = await floor.done(number, Action.APPLY, checked.fingerprint)
    assert (again.status, again.base_changed) == ("checked", True)
    assert (again.counts["new"], again.counts["changed"]) == (0, 1)
    assert again.applied_at is None
    with pytest.raises(tasks.NotNow):  # the old diff cannot be confirmed any more
        await floor.ask(number, Action.APPLY, checked.fingerprint)
    applied = await floor.done(number, Action.APPLY, again.fingerprint)
    assert applied.status == "done"


async def test_a_change_elsewhere_in_the_base_does_not_matter(floor: Floor) -> None:
    number = await floor.send(row(1))
    checked = await floor.done(number, Action.CHECK)
    other = await floor.send(row(7))
    shown = await floor.done(other, Action.CHECK)
    await floor.done(other, Action.APPLY, shown.fingerprint)
    # the creditor is there now, the rows to come are the same
    assert (await floor.done(number, Action.APPLY, checked.fingerprint)).status == "done"


async def test_a_worker_that_dies_leaves_an_interrupted_import(floor: Floor) -> None:
    number = await floor.send(row(1))
    await floor.ask(number, Action.CHECK)
    async with floor.engine.begin() as connection:  # as a crash in the middle leaves it
        await connection.execute(text("UPDATE debtor_import SET started_at = now()"))
    assert await floor.rows.run_one()
    assert (await floor.row(number)).status == "interrupted"
    assert not await floor.rows.run_one()

    async with floor.engine.begin() as connection:
        await tasks.retry(connection, number, "ana")
    assert await floor.rows.run_one()
    assert (await floor.row(number)).status == "checked"


async def test_two_imports_of_a_creditor_wait_for_each_other(floor: Floor) -> None:
    number = await floor.send(row(1))
    await floor.ask(number, Action.CHECK)
    async with floor.engine.begin() as connection:
        assert await hold_creditor(connection, "banco um", wait=False)
        assert await floor.rows.run_one()
        waiting = await floor.row(number)
        assert (waiting.status, waiting.started_at) == ("checking", None)
    async with floor.engine.begin() as connection:
        await connection.execute(text("UPDATE outbox SET available_at = now()"))
    assert await floor.rows.run_one()
    assert (await floor.row(number)).status == "checked"


async def test_one_that_is_thrown_away_while_it_runs_stops(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cobranca.debtors.imports.beat.EVERY_S", 0.01)
    number = await floor.send(*(row(serial) for serial in range(1, 8000)))
    await floor.ask(number, Action.CHECK)
    running = asyncio.create_task(floor.rows.run_one())
    while (await floor.row(number)).progress is None:
        await asyncio.sleep(0.01)
    async with floor.engine.begin() as connection:
        assert not await tasks.discard(connection, number)
    assert await running
    row_now = await floor.row(number)
    assert (row_now.status, row_now.diff) == ("discarded", None)
    assert not upload_path(floor.home, number).exists()


async def test_one_in_the_queue_goes_at_once(floor: Floor) -> None:
    number = await floor.send(row(1))
    await floor.ask(number, Action.CHECK)
    async with floor.engine.begin() as connection:
        assert await tasks.discard(connection, number)
    assert await floor.rows.run_one()
    assert (await floor.row(number)).status == "discarded"


async def test_a_file_that_cannot_be_read_says_why(floor: Floor) -> None:
    number = await floor.send("1;2", header="nome;idade")
    failed = await floor.done(number, Action.CHECK)
    assert failed.status == "failed"
    assert failed.trouble.startswith("Faltam colunas no cabeçalho")


async def test_a_file_that_was_swapped_is_not_imported(floor: Floor) -> None:
    number = await floor.send(row(1))
    checked = await floor.done(number, Action.CHECK)
    upload_path(floor.home, number).write_text(f"{HEADER}\n{row(2)}\n")
    failed = await floor.done(number, Action.APPLY, checked.fingerprint)
    assert (failed.status, await floor.count("debtor")) == ("failed", 0)


async def test_nothing_is_asked_for_out_of_turn(floor: Floor) -> None:
    number = await floor.send(row(1))
    for action in (Action.APPLY, Action.UNDO):
        with pytest.raises(tasks.NotNow):
            await floor.ask(number, action)
    await floor.ask(number, Action.CHECK)
    with pytest.raises(tasks.NotNow):
        await floor.ask(number, Action.CHECK)


async def test_an_undo_that_is_refused_says_why_and_stays_applied(floor: Floor) -> None:
    number = await floor.send(row(1))
    checked = await floor.done(number, Action.CHECK)
    await floor.done(number, Action.APPLY, checked.fingerprint)
    async with floor.engine.begin() as connection:
        await connection.execute(text("UPDATE contact_point SET tries = 1"))
    refused = await floor.done(number, Action.UNDO)
    assert (refused.status, refused.undone_by) == ("done", None)
    assert "1 devedores" in refused.trouble


async def test_a_saved_mapping_is_used_for_the_same_header_again(floor: Floor) -> None:
    header = "A;B;C;D;E;F"
    line = f"C-1;{cpf(1)};Maria;9,00;10/01/2026;11900000001"
    number = await floor.send(line, header=header)
    first = await floor.row(number)
    assert first.columns[0]["field"] is None
    names = ["contract", "document", "name", "amount", "due_on", "phone"]
    targets = tuple(field_named(name) for name in names)
    async with floor.engine.begin() as connection:
        await tasks.set_mapping(connection, number, targets)
        await save(connection, "Banco Um", "padrão", header.split(";"), targets, "ana")
    assert (await floor.done(number, Action.CHECK)).counts["new"] == 1

    again = await floor.row(await floor.send(line, header=header.lower()))
    assert again.saved_mapping == "padrão"
    assert [column["field"] for column in again.columns] == names


async def test_files_are_for_their_owner_alone_and_go_after_some_days(
    floor: Floor, engine: AsyncEngine
) -> None:
    number = await floor.send(row(1), row(2, cpf="1"))
    await floor.done(number, Action.CHECK)
    files = [upload_path(floor.home, number), errors_path(floor.home, number)]
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    await floor.rows.sweep({"imports": sweep})
    assert all(file.exists() for file in files)
    async with engine.begin() as connection:
        old = "now() - interval '31 days'"
        await connection.execute(
            text(f"UPDATE debtor_import SET asked_at = {old}, created_at = {old}")  # noqa: S608
        )
    await floor.rows.sweep({"imports": sweep})
    assert not any(file.exists() for file in files)
    cleaned = await floor.row(number)
    assert (cleaned.status, cleaned.diff, cleaned.columns) == ("discarded", None, [])


def test_an_upload_beyond_the_limit_leaves_nothing(home: Home) -> None:
    number = uuid7()
    with pytest.raises(FileTooLarge, match="1"), Upload(home, number, 1024**2) as upload:
        upload.write(b"x" * (1024**2 + 1))
    with pytest.raises(EmptyFile), Upload(home, number, 10) as upload:
        upload.finish()
    assert not list(home.imports.glob(f"*{number}*"))


def test_the_limits_follow_the_settings() -> None:
    assert Imports(unpacked_mb=3).limits.unpacked_bytes == 3 * 1024**2


def test_the_folder_is_for_its_owner_alone(home: Home) -> None:
    assert stat.S_IMODE(Path(home.imports).stat().st_mode) == 0o700
