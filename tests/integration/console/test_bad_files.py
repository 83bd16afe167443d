"""Files that mean harm or are none, sent through the door: said plainly, nothing stays."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import ClientResponse, web
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.services import SETTINGS
from agent_console.settings import ConsoleSettings
from cobranca.outbox_runner import Outbox
from sim.spreadsheets import write_spreadsheet
from tests.builders.debtor_files import HEADER, row
from tests.integration.console.test_imports import API, NAMES, checked, worker
from tests.people import Browser

__all__ = ["worker"]  # a fixture

LARGEST_MB = 1
SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    b"<worksheet><sheetData><row><c><v>&c;</v></c></row></sheetData></worksheet>"
)


@pytest.fixture
def console_settings(console_settings: ConsoleSettings) -> ConsoleSettings:
    """A console that takes files of one megabyte."""
    imports = console_settings.imports.model_copy(update={"largest_mb": LARGEST_MB})
    return console_settings.model_copy(update={"imports": imports})


async def sent(
    sonia: Browser, content: bytes | AsyncIterator[bytes], name: str
) -> ClientResponse:
    headers = {"X-CSRF-Token": sonia.csrf, "Content-Type": "application/octet-stream"}
    params = {"file_name": name, **NAMES}
    return await sonia.client.post(API, params=params, data=content, headers=headers)


async def nothing_stays(app: web.Application, engine: AsyncEngine) -> None:
    folder = app[SETTINGS].home / "imports"
    assert not any(file.suffix == ".part" for file in folder.glob("*"))
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM debtor_import")) == 0


def bomb(path: Path) -> bytes:
    zeros = {"xl/media/image1.png": b"\0" * 50_000_000}
    return write_spreadsheet(path, {"Plan1": [HEADER.split(";")]}, zeros).read_bytes()


def laughs(path: Path) -> bytes:
    return write_spreadsheet(path, {"Plan1": []}, {SHEET: LAUGHS}).read_bytes()


@pytest.mark.parametrize("made", [bomb, laughs])
async def test_a_spreadsheet_that_unfolds_without_end_is_refused(
    supervisor: Browser,
    app: web.Application,
    engine: AsyncEngine,
    tmp_path: Path,
    made: Callable[[Path], bytes],
) -> None:
    answer = await sent(supervisor, made(tmp_path / "x.xlsx"), "x.xlsx")
    problem = await answer.json()
    assert (answer.status, problem["code"]) == (422, "import_unreadable")
    assert "planilha" in problem["title"].lower()
    await nothing_stays(app, engine)


async def test_a_file_that_hides_how_long_it_is_is_cut_off(
    supervisor: Browser, app: web.Application, engine: AsyncEngine
) -> None:
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 1
            yield b"x" * 100_000

    answer = await sent(supervisor, endless(), "x.csv")
    assert answer.status == 413
    assert f"{LARGEST_MB}" in (await answer.json())["title"]
    assert given < 1000
    await nothing_stays(app, engine)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
async def test_no_formula_leaves_with_the_error_file(
    supervisor: Browser, worker: Outbox, sign: str
) -> None:
    harm = f'"{sign}cmd|calc"'
    content = "\n".join([HEADER, row(1), row(2, cpf="1", nome=harm), ""]).encode()
    one = await (await sent(supervisor, content, "x.csv")).json()
    await checked(supervisor, worker, one)
    answer = await supervisor.get(f"{API}/{one['id']}/errors.csv")
    cells = list(csv.reader(io.StringIO((await answer.text())[1:]), delimiter=";"))
    assert all(cell[:1] not in ("=", "+", "-", "@", "\t", "\r") for cell in cells[1])
    assert any("cmd|calc" in cell for cell in cells[1])
