"""Spreadsheets as creditors' systems write them: texts shared, dates as serial numbers.

Written by hand and row by row, so that a large one is made in flat memory (the shared texts
apart). Also what no honest program writes, for tests: any part can be replaced.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

Value = str | int | float | Decimal | date | None
Formula = tuple[str, str | None]  # its text, and the result that was kept

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_EPOCH = date(1899, 12, 30)
_DATE_STYLE = 1

TYPES = f"""<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels"
ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>
</Types>"""
ROOT = f"""<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"
Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>"""
STYLES = f"""<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>
<fills count="1"><fill><patternFill patternType="none"/></fill></fills>
<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>
</styleSheet>"""


def write_spreadsheet(
    path: Path,
    sheets: Mapping[str, Iterable[Sequence[Value | Formula]]],
    parts: Mapping[str, bytes] | None = None,
    properties: str = "",
) -> Path:
    """Write sheets by name; `parts` replaces parts of the package, or adds some."""
    strings: dict[str, int] = {}
    replaced = dict(parts or {})
    with ZipFile(path, "w", ZIP_DEFLATED) as package:

        def put(name: str, text: str) -> None:
            package.writestr(name, replaced.pop(name, text.encode()))

        put("[Content_Types].xml", TYPES)
        put("_rels/.rels", ROOT)
        put("xl/workbook.xml", _workbook(list(sheets), properties))
        put("xl/_rels/workbook.xml.rels", _relations(len(sheets)))
        put("xl/styles.xml", STYLES)
        for number, rows in enumerate(sheets.values(), start=1):
            name = f"xl/worksheets/sheet{number}.xml"
            if name in replaced:
                package.writestr(name, replaced.pop(name))
            else:
                _write_sheet(package, name, rows, strings)
        put("xl/sharedStrings.xml", _shared(strings))
        for name, content in replaced.items():
            package.writestr(name, content)
    return path


def _workbook(names: Sequence[str], properties: str) -> str:
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, start=1)
    )
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}">{properties}'
        f"<sheets>{listed}</sheets></workbook>"
    )


def _relations(sheets: int) -> str:
    kinds = [("worksheet", f"worksheets/sheet{number + 1}.xml") for number in range(sheets)]
    kinds += [("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")]
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATED}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(kinds, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _write_sheet(
    package: ZipFile,
    name: str,
    rows: Iterable[Sequence[Value | Formula]],
    strings: dict[str, int],
) -> None:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as draft:
        draft.write(f'<worksheet xmlns="{_MAIN}"><sheetData>')
        for number, row in enumerate(rows, start=1):
            cells = "".join(
                _cell(f"{column_letters(place)}{number}", value, strings)
                for place, value in enumerate(row)
            )
            draft.write(f'<row r="{number}">{cells}</row>')
        draft.write("</sheetData></worksheet>")
        draft.flush()
        package.write(draft.name, name)


def _cell(place: str, value: Value | Formula, strings: dict[str, int]) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, tuple):
        formula, kept = value
        result = "" if kept is None else f"<v>{escape(kept)}</v>"
        return f'<c r="{place}"><f>{escape(formula)}</f>{result}</c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="{_DATE_STYLE}"><v>{(value - _EPOCH).days}</v></c>'
    if isinstance(value, str):
        number = strings.setdefault(value, len(strings))
        return f'<c r="{place}" t="s"><v>{number}</v></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def _shared(strings: Iterable[str]) -> str:
    listed = "".join(
        f'<si><t xml:space="preserve">{escape(one)}</t></si>' for one in strings
    )
    return f'<sst xmlns="{_MAIN}">{listed}</sst>'


def column_letters(place: int) -> str:
    """Return the letters of a column by its place, from 0.

    >>> column_letters(0), column_letters(26)
    ('A', 'AA')
    """
    letters, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
