"""Imports over the API: what the page does, and what is refused on the way."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from aiohttp import ClientResponse, web
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.services import SETTINGS
from cobranca.debtors.imports import tasks
from cobranca.debtors.imports.runner import run_task
from cobranca.outbox_runner import Outbox
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from cobranca.settings import WorkerSettings
from foundation.ids import uuid7
from sim.spreadsheets import write_spreadsheet
from tests.builders.debtor_files import HEADER, cpf, row
from tests.people import Browser, Client, a_user, log_in

API = "/api/v1/imports"
NAMES = {"creditor": "Banco Um", "portfolio": "Março"}


@pytest.fixture
async def ana(engine: AsyncEngine, client: Client, passwords: Passwords) -> Browser:
    await a_user(engine, passwords, "ana", Role.SUPERVISOR)
    return await log_in(client, "ana")


@pytest.fixture
def worker(engine: AsyncEngine, app: web.Application) -> Iterator[Outbox]:
    known = app[SETTINGS]
    own = {"home": known.home, "database_url": known.database_url}
    with ThreadPoolExecutor(2) as executor:
        yield Outbox(
            engine=engine,
            settings=WorkerSettings.model_validate(own),
            handlers={tasks.TOPIC: run_task},
            executor=executor,
        )


async def send(
    ana: Browser, content: bytes, name: str = "março.csv", **more: str
) -> ClientResponse:
    return await ana.client.post(
        API,
        params={"file_name": name, **NAMES, **more},
        data=content,
        headers={"X-CSRF-Token": ana.csrf, "Content-Type": "application/octet-stream"},
    )


def a_file(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


async def sent(ana: Browser, content: bytes, name: str = "março.csv") -> dict[str, Any]:
    answer = await send(ana, content, name)
    assert answer.status == 201, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def told(ana: Browser, number: str) -> dict[str, Any]:
    found: dict[str, Any] = await (await ana.get(f"{API}/{number}")).json()
    return found


async def checked(ana: Browser, worker: Outbox, one: dict[str, Any]) -> dict[str, Any]:
    fields = [column["field"] for column in one["columns"]]
    body = {"fields": fields, "save_as": "padrão"}
    answer = await ana.send("PUT", f"{API}/{one['id']}/mapping", body)
    assert (await answer.json())["status"] == "checking"
    assert await worker.run_one()
    return await told(ana, one["id"])


async def test_from_a_file_to_debtors_and_back(
    ana: Browser, worker: Outbox, engine: AsyncEngine
) -> None:
    one = await sent(ana, a_file(row(1), row(2), row(3, cpf="1")))
    assert (one["status"], one["missing"]) == ("mapping", [])
    shown = await checked(ana, worker, one)
    assert (shown["status"], shown["counts"]["new"]) == ("checked", 2)

    body = {"fingerprint": shown["fingerprint"]}
    assert (await ana.send("POST", f"{API}/{one['id']}/apply", body)).status == 200
    assert await worker.run_one()
    assert (await told(ana, one["id"]))["possible"]["undo"]
    (line,) = (await (await ana.get(API)).json())["imports"]
    assert (line["status"], line["applied_by"]) == ("done", "ana")
    options = await (await ana.get(f"{API}/options")).json()
    assert options["creditors"] == [{"name": "Banco Um", "portfolios": ["Março"]}]

    for _ in range(2):  # the second time is the first
        assert (await ana.send("POST", f"{API}/{one['id']}/undo")).status == 200
        await worker.run_one()
        assert (await told(ana, one["id"]))["status"] == "undone"
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM debtor")) == 0
        query = text("SELECT action FROM audit WHERE action LIKE 'import.%' ORDER BY id")
        deeds = (await connection.execute(query)).scalars().all()
    assert deeds == ["import.send", "import.apply", "import.undo"]


async def test_refused_rows_come_back_with_their_reasons_and_no_formula(
    ana: Browser, worker: Outbox
) -> None:
    bad = row(3, cpf="1", nome="=HYPERLINK(1)")
    one = await sent(ana, a_file(row(1), bad))
    await checked(ana, worker, one)
    answer = await ana.get(f"{API}/{one['id']}/errors.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    lines = list(csv.reader(io.StringIO((await answer.text())[1:]), delimiter=";"))
    assert lines[1][0:2] == ["3", "erro"]
    assert lines[1][5] == "'=HYPERLINK(1)"
    book = await (await ana.get(f"{API}/{one['id']}/errors.xlsx")).read()
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert sheet is not None
    values = [[cell.value for cell in found] for found in sheet.iter_rows()]
    assert values[1][5] == "'=HYPERLINK(1)"
    assert "f" not in {cell.data_type for cell in sheet[2]}


async def test_the_sheet_can_be_chosen(ana: Browser, tmp_path: Path) -> None:
    header: list[Any] = HEADER.split(";")
    sheets: dict[str, Any] = {"A": [header], "B": [["CPF", "x"], [cpf(1), "livre"]]}
    path = write_spreadsheet(tmp_path / "x.xlsx", sheets)
    one = await sent(ana, path.read_bytes(), "x.xlsx")
    assert (one["sheet"], one["sheets"]) == ("A", ["A", "B"])
    answer = await ana.send("PUT", f"{API}/{one['id']}/sheet", {"sheet": "B"})
    assert [column["field"] for column in (await answer.json())["columns"]] == [
        "document",
        None,
    ]
    answer = await ana.send("PUT", f"{API}/{one['id']}/sheet", {"sheet": "C"})
    assert answer.status == 422


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vazio"),
        (b"%PDF-1.4", "PDF"),
        (b"PK\x03\x04rubbish", "não abre"),
        (b"\xd0\xcf\x11\xe0old", "Salvar como"),
    ],
)
async def test_what_is_no_file_of_debtors_is_said(
    ana: Browser, app: web.Application, content: bytes, said: str
) -> None:
    answer = await send(ana, content)
    problem = await answer.json()
    assert (answer.status, problem["code"]) == (422, "import_unreadable")
    assert said in problem["title"]
    folder = app[SETTINGS].home / "imports"
    assert [file for file in folder.glob("*") if file.suffix == ".part"] == []


async def test_a_file_beyond_the_limit_is_refused(
    ana: Browser, app: web.Application
) -> None:
    limit = app[SETTINGS].imports.largest_bytes
    answer = await ana.client.post(
        API,
        params={"file_name": "x", **NAMES},
        headers={"X-CSRF-Token": ana.csrf, "Content-Length": str(limit + 1)},
        data=None,
    )
    assert answer.status == 413
    assert "200" in (await answer.json())["title"]


async def test_out_of_turn_and_unknown(ana: Browser) -> None:
    one = await sent(ana, a_file(row(1)))
    path = f"{API}/{one['id']}"
    body = {"fingerprint": "0" * 64}
    for verb, where, more in (
        ("POST", "apply", body),
        ("POST", "undo", None),
        ("POST", "retry", None),
    ):
        answer = await ana.send(verb, f"{path}/{where}", more)
        assert (answer.status, (await answer.json())["code"]) == (409, "import_not_now")
    wrong = {"fields": ["salary"] * 9}
    assert (await ana.send("PUT", f"{path}/mapping", wrong)).status == 422
    assert (await ana.get(f"{path}/errors.csv")).status == 404
    assert (await ana.get(f"{API}/{uuid7()}")).status == 404
    assert (await ana.send("DELETE", path)).status == 204
    assert (await (await ana.get(API)).json())["imports"] == []


async def test_the_page(ana: Browser) -> None:
    answer = await ana.get("/imports")
    page = await answer.text()
    assert answer.status == 200
    assert 'id="drop"' in page
    assert "cpf/cnpj" in page
