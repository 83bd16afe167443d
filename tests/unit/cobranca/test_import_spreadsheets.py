"""Spreadsheets: what each kind of cell is read as, and what is refused without harm."""

from __future__ import annotations

import io
import struct
import zipfile
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cobranca.debtors.imports import errors
from cobranca.debtors.imports.cells import Broken, Cell
from cobranca.debtors.imports.opening import open_table, sheets_of
from cobranca.debtors.imports.xlsx.package import Limits
from cobranca.debtors.imports.xlsx.strings import LONGEST
from cobranca.debtors.imports.xlsx.styles import shows_date
from sim.spreadsheets import Formula, Value, write_spreadsheet

HEADER: list[Value | Formula] = [
    "Contrato",
    "CPF",
    "Nome",
    "Valor",
    "Vencimento",
    "Telefone",
]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "devedores.xlsx"


Rows = list[list[Value | Formula]]


def read(
    path: Path, sheet: str | None = None, limits: Limits | None = None
) -> tuple[tuple[str, ...], dict[int, list[Cell]]]:
    with open_table(path, limits, sheet) as table:
        rows = {record.line: list(record.cells or ()) for record in table.records()}
        return table.headers, rows


def written(path: Path, *rows: list[Value | Formula], **sheets: Any) -> Path:
    return write_spreadsheet(path, {"Plan1": [HEADER, *rows], **sheets})


def with_sheet(path: Path, inside: str) -> Path:
    xml = f'<worksheet xmlns="{MAIN}">{inside}</worksheet>'.encode()
    return write_spreadsheet(path, {"Plan1": [HEADER]}, {SHEET: xml})


def test_each_kind_of_cell(path: Path) -> None:
    due = date(2026, 1, 10)
    written(path, ["C-1", 9_982_247_250, "Maria", 1234.5, due, "11 90000-0001"])
    headers, rows = read(path)
    assert headers == tuple(HEADER)
    assert rows == {
        2: ["C-1", Decimal(9_982_247_250), "Maria", Decimal("1234.5"), due, "11 90000-0001"]
    }


def test_a_file_of_another_writer(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    sheet.append(
        ["C-1", "529.982.247-25", "José & Cia", 0.1 + 0.2, date(2026, 1, 10), None]
    )
    moment = datetime(2026, 1, 10, 14, 30)  # noqa: DTZ001  a spreadsheet knows no zone
    sheet.append(["C-2", True, "x", "1.234,56", moment, 11900000001])
    book.save(path)
    _, rows = read(path)
    assert rows[2] == [
        "C-1",
        "529.982.247-25",
        "José & Cia",
        Decimal("0.3"),
        date(2026, 1, 10),
        "",
    ]
    assert rows[3][1:] == [
        "VERDADEIRO",
        "x",
        "1.234,56",
        "10/01/2026 14:30",
        Decimal(11900000001),
    ]


def test_titles_above_the_header_and_empty_rows_are_skipped(path: Path) -> None:
    rows: list[list[Value]] = [["Relatório de inadimplência"], [], [None, "março"]]
    write_spreadsheet(path, {"Plan1": [*rows, HEADER, [], ["C-1", None, "Maria"], [""]]})
    headers, found = read(path)
    assert headers == tuple(HEADER)
    assert found == {6: ["C-1", "", "Maria", "", "", ""]}


def test_the_sheet_with_a_header_is_taken_unless_one_is_named(path: Path) -> None:
    sheets: dict[str, Rows] = {
        "Resumo": [["Total", 3]],
        "Base": [HEADER, ["C-1"]],
        "Outra": [HEADER],
    }
    write_spreadsheet(path, sheets)
    assert list(read(path)[1]) == [2]
    assert sheets_of(path) == ("Resumo", "Base", "Outra")
    assert read(path, "Outra")[1] == {}
    with pytest.raises(errors.UnknownSheet, match="Nenhuma"):
        read(path, "Nenhuma")


def test_a_formula_gives_its_kept_result_or_says_that_there_is_none(path: Path) -> None:
    written(
        path, ["C-1", None, "Maria", ("D1*2", "99.9")], ["C-2", None, "x", ("D2", None)]
    )
    _, rows = read(path)
    assert rows[2][3] == Decimal("99.9")
    assert isinstance(rows[3][3], Broken)
    assert "fórmula" in rows[3][3].reason


def test_errors_of_the_spreadsheet_are_named(path: Path) -> None:
    with_sheet(
        path,
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>CPF</t></is></c></row>'
        '<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row></sheetData>',
    )
    assert read(path)[1] == {2: [Broken("a célula tem um erro da planilha (#REF!)")]}


def test_rich_text_and_readings_and_escapes(path: Path) -> None:
    shared = (
        f'<sst xmlns="{MAIN}"><si><r><t>Ma</t></r><r><t>ria</t></r>'
        "<rPh><t>kana</t></rPh></si><si><t>a_x000D_b</t></si></sst>"
    ).encode()
    xml = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row><c t="s"><v>0</v></c>'
        '<c t="s"><v>1</v></c></row></sheetData></worksheet>'
    ).encode()
    parts = {SHEET: xml, "xl/sharedStrings.xml": shared}
    write_spreadsheet(path, {"Plan1": []}, parts)
    assert read(path)[0] == ("Maria", "a\rb")


def test_merged_cells_are_told(path: Path) -> None:
    with_sheet(
        path,
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>CPF</t></is></c></row>'
        '</sheetData><mergeCells><mergeCell ref="A2:A5"/></mergeCells>',
    )
    with open_table(path) as table:
        assert list(table.records()) == []
        assert "mescladas" in table.notes[0]


def test_days_that_count_from_1904(path: Path) -> None:
    write_spreadsheet(
        path,
        {"Plan1": [HEADER, ["C", None, "x", 1, date(2026, 1, 10)]]},
        properties='<workbookPr date1904="1"/>',
    )
    with open_table(path) as table:
        (record,) = table.records()
        assert record.cells is not None
        assert record.cells[4] == date(2030, 1, 11)
        assert table.epoch == date(1904, 1, 1)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("dd/mm/yyyy", True),
        ("d/m/aaaa", True),
        ("[$-416]d \\de mmmm \\de yyyy", True),
        ("General", False),
        ("0.00", False),
        ('R$ #,##0.00;[Red]-"dia" 0', False),
        ("[h]:mm:ss", False),
        ("@", False),
    ],
)
def test_which_formats_show_a_day(code: str, expected: bool) -> None:
    assert shows_date(code) is expected


def zipped(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return buffer.getvalue()


ENTITIES = (
    b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<worksheet><sheetData><row><c><v>&b;</v></c></row></sheetData></worksheet>"
)
MANY_COLUMNS = b"<worksheet><sheetData><row>%s</row></sheetData></worksheet>" % (
    b"<c><v>1</v></c>" * 5000
)
DEEP = b"<worksheet>" + b"<a>" * 10_000
LONG_CELL = b"<worksheet><sheetData><row><c><v>%s</v></c></row></sheetData></worksheet>" % (
    b"9" * (LONGEST + 1)
)
LONG_TAG = b"<worksheet><sheetData><row r='%s'/></sheetData></worksheet>" % (
    b"1" * 3_000_000
)
FAR = (
    b'<worksheet><sheetData><row><c r="ZZZZZZ1"><v>1</v></c></row></sheetData></worksheet>'
)
BACKWARDS = (
    b'<worksheet><sheetData><row><c r="C1"><v>1</v></c><c r="A1"><v>1</v></c></row>'
    b"</sheetData></worksheet>"
)
NO_TEXT = b'<worksheet><sheetData><row><c t="s"><v>7</v></c></row></sheetData></worksheet>'


@pytest.mark.parametrize(
    ("sheet", "error"),
    [
        (ENTITIES, errors.HostileSpreadsheet),
        (MANY_COLUMNS, errors.TooManyColumns),
        (DEEP, errors.HostileSpreadsheet),
        (LONG_CELL, errors.HostileSpreadsheet),
        (LONG_TAG, errors.HostileSpreadsheet),
        (FAR, errors.TooManyColumns),
        (BACKWARDS, errors.DamagedSpreadsheet),
        (NO_TEXT, errors.DamagedSpreadsheet),
        (b"<worksheet><sheetData>", errors.DamagedSpreadsheet),
        (b"not XML at all", errors.DamagedSpreadsheet),
        (b"<worksheet/>", errors.EmptyFile),
        (b"", errors.DamagedSpreadsheet),
    ],
)
def test_a_hostile_or_broken_sheet_is_refused(
    path: Path, sheet: bytes, error: type[errors.UnreadableFile]
) -> None:
    write_spreadsheet(path, {"Plan1": []}, {SHEET: sheet})
    with pytest.raises(error) as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_a_bomb_is_refused_before_anything_is_unpacked(path: Path) -> None:
    zeros = {"xl/media/image1.png": b"\0" * 50_000_000}
    write_spreadsheet(path, {"Plan1": [HEADER]}, zeros)
    assert path.stat().st_size < 100_000
    with pytest.raises(errors.HostileSpreadsheet, match="comprimida"):
        read(path)
    with pytest.raises(errors.HostileSpreadsheet, match="grande demais"):
        read(path, limits=Limits(unpacked_bytes=1_000_000))


def test_a_part_that_lies_about_its_size_is_cut_off(path: Path) -> None:
    rows: Rows = [["C", None, "x" * 50]] * 2000
    written(path, *rows)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        info = package.getinfo(SHEET)
    place = content.rindex(SHEET.encode()) - 46 + 24  # size in the central directory
    assert struct.unpack_from("<I", content, place) == (info.file_size,)
    struct.pack_into("<I", content, place, 500)
    path.write_bytes(content)
    with pytest.raises(errors.DamagedSpreadsheet):
        read(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_refused(path: Path, share: float) -> None:
    written(path, ["C-1", None, "x"])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(errors.UnreadableFile):
        read(path)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (zipped(**{"word/document.xml": b"<x/>"}), errors.NotASpreadsheet),
        (zipped(), errors.NotASpreadsheet),
        (zipped(**{"xl/workbook.xml": b"<workbook/>"}), errors.DamagedSpreadsheet),
    ],
)
def test_other_zips(path: Path, content: bytes, error: type[Exception]) -> None:
    path.write_bytes(content)
    with pytest.raises(error):
        read(path)


def test_a_locked_zip_is_said_to_be_locked(path: Path) -> None:
    written(path, ["C-1"])
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02")
    struct.pack_into("<H", content, place + 8, 1)
    path.write_bytes(content)
    with pytest.raises(errors.LockedSpreadsheet):
        read(path)


SLOW = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@SLOW
@given(
    noise=st.binary(max_size=400), start=st.sampled_from([b"PK\x03\x04", b"", b"<?xml "])
)
def test_rubbish_is_refused_or_read_never_worse(
    tmp_path: Path, noise: bytes, start: bytes
) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(start + noise)
    with suppress(errors.UnreadableFile):
        read(file)


@SLOW
@given(data=st.data())
def test_a_damaged_spreadsheet_is_refused_or_read_never_worse(
    tmp_path: Path, data: st.DataObject
) -> None:
    file = written(tmp_path / "x.xlsx", ["C-1", 52998224725, "Maria", 1.5])
    content = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    file.write_bytes(content)
    with suppress(errors.UnreadableFile):
        read(file)


XMLISH = st.recursive(
    st.sampled_from(["", "1", "x", "-1e400", "&amp;", "2026-13-45", "NaN"]),
    lambda inner: (
        st.builds(
            lambda tag, attributes, content: f"<{tag}{attributes}>{content}</{tag}>",
            st.sampled_from(
                ["row", "c", "v", "f", "is", "t", "r", "rPh", "mergeCell", "z:c"]
            ),
            st.sampled_from(
                ["", ' r="B2"', ' t="s"', ' t="d"', ' t="e"', ' r="0"', ' s="1"', ' r="é"']
            ),
            inner,
        )
        | st.builds("{}{}".format, inner, inner)
    ),
    max_leaves=30,
)


@SLOW
@given(inside=XMLISH)
def test_any_nesting_of_the_right_words(tmp_path: Path, inside: str) -> None:
    file = with_sheet(tmp_path / "x.xlsx", f"<sheetData>{inside}</sheetData>")
    with suppress(errors.UnreadableFile):
        read(file)
