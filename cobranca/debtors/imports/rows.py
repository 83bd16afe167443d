"""One row of a creditor's file: its cells read strictly, every fault named.

Pure. A row with a fault is refused whole, with one remark for each fault; a telephone that
cannot be dialled is only a warning while the row has another that can.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from cobranca.debtors.imports.columns import PHONE_LABEL, Field, Layout, PhoneColumn, plain
from foundation.brasil.dates import InvalidDate, parse_date
from foundation.brasil.ddd import STATE_NAMES, UFS
from foundation.brasil.document import Document, InvalidDocument, parse_document
from foundation.brasil.money import InvalidAmount, parse_amount
from foundation.brasil.phone import Phone, UndialableNumber, parse_phone, split_phones

OLDEST_DUE_DATE = date(1980, 1, 1)
LATEST_DUE_DATE = date(2100, 1, 1)
OLDEST_BIRTH = date(1890, 1, 1)
LONGEST = {Field.CONTRACT: 60, Field.NAME: 200, Field.PRODUCT: 100}
INSTALMENTS_MAX = 999
_INSTALMENT = re.compile(r"0*(\d{1,3})(\s*(/|de)\s*\d{1,3})?", re.ASCII)
_UF_OF_NAME = {plain(name): uf for uf, name in STATE_NAMES.items()}


class Severity(StrEnum):
    ERROR = "erro"  # the row is refused
    WARNING = "aviso"  # the row stands without this


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong with one cell, for the person who can mend the file."""

    line: int
    column: str
    reason: str  # pt-BR, never the cell's content: it may be personal
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtorLine:
    """A good row."""

    line: int
    contract: str
    document: Document
    name: str
    birth_date: date | None
    uf: str | None
    product: str | None
    instalment: int
    amount: Decimal
    due_on: date
    phones: tuple[Phone, ...]  # without repetition, the file's order


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as read: `row` is None when it is refused."""

    row: DebtorLine | None
    remarks: tuple[Remark, ...]


def read_row(line: int, cells: Sequence[str], layout: Layout, *, today: date) -> ReadRow:
    """Read one row; `line` is its number in the file, from 1."""
    if len(cells) != len(layout.headers):
        reason = f"a linha tem {len(cells)} colunas e o cabeçalho {len(layout.headers)}"
        return ReadRow(None, (Remark(line, "", reason),))
    reader = _Reader(line, cells, layout)
    contract = reader.text(Field.CONTRACT, required=True)
    document = reader.document()
    name = reader.text(Field.NAME, required=True)
    birth_date = reader.day(Field.BIRTH_DATE, OLDEST_BIRTH, today)
    uf = reader.state()
    product = reader.text(Field.PRODUCT)
    instalment = reader.instalment()
    amount = reader.amount()
    due_on = reader.day(Field.DUE_ON, OLDEST_DUE_DATE, LATEST_DUE_DATE, required=True)
    phones = reader.phones()
    if document is None or amount is None or due_on is None or reader.refused:
        return ReadRow(None, tuple(reader.remarks))
    row = DebtorLine(
        line=line,
        contract=contract,
        document=document,
        name=name,
        birth_date=birth_date,
        uf=uf,
        product=product or None,
        instalment=instalment,
        amount=amount,
        due_on=due_on,
        phones=phones,
    )
    return ReadRow(row, tuple(reader.remarks))


@dataclass(slots=True)
class _Reader:
    """Reads the cells of one row and gathers what is wrong with them."""

    line: int
    cells: Sequence[str]
    layout: Layout
    remarks: list[Remark] = field(default_factory=list)
    refused: bool = False

    def _cell(self, name: Field) -> str:
        place = self.layout.fields.get(name)
        return "" if place is None else self.cells[place].strip()

    def _header(self, name: Field) -> str:
        place = self.layout.fields.get(name)
        return str(name) if place is None else self.layout.headers[place]

    def _refuse(self, column: str, reason: str) -> None:
        self.remarks.append(Remark(self.line, column, reason))
        self.refused = True

    def text(self, name: Field, *, required: bool = False) -> str:
        words = " ".join(self._cell(name).split())
        if required and not words:
            self._refuse(self._header(name), f"{name} em branco")
        elif len(words) > LONGEST[name]:
            self._refuse(self._header(name), f"{name} com mais de {LONGEST[name]} letras")
        elif not words.isprintable() or "\N{REPLACEMENT CHARACTER}" in words:
            self._refuse(self._header(name), f"{name} com caracteres ilegíveis")
        return words

    def document(self) -> Document | None:
        places = self.layout.documents
        filled = [place for place in places if self.cells[place].strip()]
        place = (filled or places)[0]
        try:
            return parse_document(self.cells[place])
        except InvalidDocument as error:
            self._refuse(self.layout.headers[place], str(error))
            return None

    def day(
        self, name: Field, first: date, last: date, *, required: bool = False
    ) -> date | None:
        text = self._cell(name)
        if not text and not required:
            return None
        try:
            day = parse_date(text)
        except InvalidDate as error:
            self._refuse(self._header(name), str(error))
            return None
        if not first <= day <= last:
            self._refuse(self._header(name), f"{name} fora do intervalo possível")
        return day

    def amount(self) -> Decimal | None:
        try:
            amount = parse_amount(self._cell(Field.AMOUNT))
        except InvalidAmount as error:
            self._refuse(self._header(Field.AMOUNT), str(error))
            return None
        if amount <= 0:
            self._refuse(self._header(Field.AMOUNT), "valor tem de ser maior que zero")
        return amount

    def instalment(self) -> int:
        """A file without the column has one instalment for each contract."""
        text = self._cell(Field.INSTALMENT)
        if Field.INSTALMENT not in self.layout.fields:
            return 1
        found = _INSTALMENT.fullmatch(text)
        if found is None or not 1 <= int(found[1]) <= INSTALMENTS_MAX:
            reason = "parcela tem de ser um número de 1 a 999, como 3 ou 3/12"
            self._refuse(self._header(Field.INSTALMENT), reason)
            return 1
        return int(found[1])

    def state(self) -> str | None:
        text = self._cell(Field.UF)
        uf = _UF_OF_NAME.get(plain(text), text.upper())
        if uf and uf not in UFS:
            self._refuse(self._header(Field.UF), "UF desconhecida")
        return uf or None

    def phones(self) -> tuple[Phone, ...]:
        """Undialable numbers are warnings; a row without a dialable one is refused."""
        found: dict[str, Phone] = {}
        faults: list[Remark] = []
        for column in self.layout.phones:
            for text in split_phones(self.cells[column.index]):
                try:
                    phone = parse_phone(text, ddd=self._ddd(column))
                except UndialableNumber as error:
                    header = self.layout.headers[column.index]
                    faults.append(Remark(self.line, header, str(error), Severity.WARNING))
                else:
                    found.setdefault(phone.e164, phone)
        self.remarks += faults
        if not found:
            header = self.layout.headers[self.layout.phones[0].index] or PHONE_LABEL
            reason = "nenhum telefone que se possa discar" if faults else "sem telefone"
            self._refuse(header, reason)
        return tuple(found.values())

    def _ddd(self, column: PhoneColumn) -> str:
        if column.ddd_index is None:
            return ""
        return re.sub(r"\D", "", self.cells[column.ddd_index]).lstrip("0")
