"""Files as they come: encodings, delimiters, quotes, and what is no CSV at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from cobranca.debtors.imports import errors
from cobranca.debtors.imports.opening import open_table
from cobranca.debtors.imports.source import LONGEST_LINE, CsvFile
from cobranca.debtors.imports.table import Record

HEADER = "contrato;cpf;nome;valor;vencimento;telefone"
ROW = "1;52998224725;José da Conceição;1.234,56;10/01/2026;11900012345"
CELLS = ["1", "52998224725", "José da Conceição", "1.234,56", "10/01/2026", "11900012345"]


def read(path: Path, content: bytes) -> tuple[CsvFile, list[Record]]:
    path.write_bytes(content)
    with open_table(path) as table:
        assert isinstance(table, CsvFile)
        return table, list(table.records())


def read_nothing(path: Path) -> None:
    with open_table(path):
        raise AssertionError("it opened")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "devedores.csv"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("latin-1", "Windows-1252"),
        ("cp1252", "Windows-1252"),
    ],
)
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_usual_encodings_delimiters_and_line_ends(
    path: Path, encoding: str, told: str, delimiter: str, ending: str
) -> None:
    cells = [f'"{cell}"' if delimiter in cell else cell for cell in CELLS]
    lines = [HEADER.replace(";", delimiter), delimiter.join(cells)]
    file, records = read(path, ending.join([*lines, ""]).encode(encoding))
    assert records == [Record(2, CELLS)]
    assert (file.encoding, file.delimiter) == (told, delimiter)


def test_a_file_glued_together_from_two_encodings(path: Path) -> None:
    content = f"{HEADER}\n{ROW}\n".encode() + f"{ROW}\n".encode("cp1252")
    file, records = read(path, content)
    assert [record.cells for record in records] == [CELLS, CELLS]
    assert file.encoding == "UTF-8 e Windows-1252 misturados"


def test_blank_lines_are_skipped_and_counted(path: Path) -> None:
    _, records = read(path, f"\n\n{HEADER}\n\n;;;;;\n{ROW}\n   \n{ROW}".encode())
    assert [record.line for record in records] == [6, 8]


def test_delimiters_at_the_end_of_lines_are_no_cells(path: Path) -> None:
    _, records = read(path, f"{HEADER}\n{ROW};;\n".encode())
    assert records == [Record(2, CELLS)]


def test_the_line_that_a_spreadsheet_writes_for_itself(path: Path) -> None:
    _, records = read(path, f"sep=;\r\n{HEADER}\r\n{ROW}\r\n".encode())
    assert records == [Record(3, CELLS)]


def test_quoted_cells_with_delimiters_quotes_and_line_breaks(path: Path) -> None:
    row = '1;2;"Silva; ""Zé""\nda";"1,00";x;y'
    _, records = read(path, f"{HEADER}\n{row}\n{ROW}\n".encode())
    assert records == [
        Record(2, ["1", "2", 'Silva; "Zé"\nda', "1,00", "x", "y"]),
        Record(4, CELLS),
    ]


def test_a_quote_inside_a_cell_is_a_letter(path: Path) -> None:
    row = '1;2;Loja 5" de TV;3;x;y'
    _, records = read(path, f"{HEADER}\n{row}\n{ROW}\n".encode())
    assert records[0].cells == ["1", "2", 'Loja 5" de TV', "3", "x", "y"]
    assert records[1] == Record(3, CELLS)


@pytest.mark.parametrize("following", [1, 3, 30])
def test_a_quote_that_never_closes_costs_its_own_line_only(
    path: Path, following: int
) -> None:
    broken = '1;2;"Maria;3;x;y'
    _, records = read(path, "\n".join([HEADER, broken, *[ROW] * following]).encode())
    assert records[0] == Record(2, None, broken)
    assert records[1:] == [Record(3 + place, CELLS) for place in range(following)]


def test_two_broken_lines_do_not_close_each_others_quotes(path: Path) -> None:
    broken = '1;2;"Maria;3;x;y'
    _, records = read(path, "\n".join([HEADER, broken, ROW, broken, ROW]).encode())
    assert [record.cells for record in records] == [None, CELLS, None, CELLS]


def test_two_broken_lines_in_a_row_do_not_become_one(path: Path) -> None:
    broken = '1;2;"Maria;3;x;y'
    _, records = read(path, "\n".join([HEADER, broken, broken, ROW]).encode())
    assert [record.cells for record in records] == [None, None, CELLS]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", errors.EmptyFile),
        (b" \r\n \r\n", errors.EmptyFile),
        (b"\xef\xbb\xbf", errors.EmptyFile),
        (b"PK\x03\x04" + b"x" * 50, errors.DamagedSpreadsheet),
        (b"\xd0\xcf\x11\xe0" + b"x" * 50, errors.OldSpreadsheet),
        (
            b"\xd0\xcf\x11\xe0" + "x EncryptedPackage".encode("utf-16-le"),
            errors.LockedSpreadsheet,
        ),
        (b"%PDF-1.7\n\x00", errors.PdfFile),
        (b"<html><table><tr><td>CPF</td></tr></table>", errors.WebPageFile),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", errors.XmlSpreadsheetFile),
        (HEADER.encode("utf-16"), errors.WideTextFile),
        (b"\x7fELF\x00\x00", errors.BinaryFile),
        (b"\x89PNG\r\n\x1a\n\x00\x00", errors.BinaryFile),
        (b"x" * (LONGEST_LINE + 1), errors.LineTooLong),
    ],
)
def test_what_cannot_be_read_at_all(
    path: Path, content: bytes, error: type[errors.UnreadableFile]
) -> None:
    with pytest.raises(error) as caught:
        read(path, content)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    for name in ("nenhum.csv", "."):
        with pytest.raises(errors.FileMissing):
            read_nothing(tmp_path / name)
