"""One row of a creditor's file: its cells read strictly, every fault named.

Pure. A row with a fault is refused whole, with one remark for each fault; a telephone that
cannot be dialled is only a warning while the row has another that can, and so is a chance
of being answered that cannot be read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from cobranca.debtors.address import Address, InvalidAddress, read_address
from cobranca.debtors.imports.cells import (
    Cell,
    UnusableCell,
    as_amount,
    as_date,
    as_text,
    is_blank,
)
from cobranca.debtors.imports.columns import PHONE_LABEL, Layout
from cobranca.debtors.imports.documents import read_document
from cobranca.debtors.imports.row_phones import RowPhones, read_phones
from cobranca.debtors.imports.synonyms import ADDRESS, Field, plain
from foundation.brasil.ddd import STATE_NAMES, UFS
from foundation.brasil.document import Document, InvalidDocument
from foundation.brasil.phone import Phone

OLDEST_DUE_DATE = date(1980, 1, 1)
LATEST_DUE_DATE = date(2100, 1, 1)
OLDEST_BIRTH = date(1890, 1, 1)
LONGEST = {Field.CONTRACT: 60, Field.NAME: 200, Field.PRODUCT: 100}
INSTALMENTS_MAX = 999
_CEP_SHORT = 7
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
    address: Address | None  # whole enough for a slip, or none
    product: str | None
    contracted_on: date | None
    instalment: int
    amount: Decimal
    due_on: date
    phones: tuple[Phone, ...]  # without repetition, the file's order
    chances: tuple[float | None, ...]  # of each: 0..1, None where the list says nothing


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as read: `row` is None when it is refused."""

    row: DebtorLine | None
    remarks: tuple[Remark, ...]


def read_row(line: int, cells: Sequence[Cell], layout: Layout, *, today: date) -> ReadRow:
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
    address = reader.address(uf)
    product = reader.text(Field.PRODUCT)
    instalment = reader.instalment()
    amount = reader.amount()
    due_on = reader.day(Field.DUE_ON, OLDEST_DUE_DATE, LATEST_DUE_DATE, required=True)
    contracted_on = reader.day(Field.CONTRACTED_ON, OLDEST_DUE_DATE, today)
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
        address=address,
        product=product or None,
        contracted_on=contracted_on,
        instalment=instalment,
        amount=amount,
        due_on=due_on,
        phones=tuple(phones.numbers.values()),
        chances=tuple(phones.chances.get(number) for number in phones.numbers),
    )
    return ReadRow(row, tuple(reader.remarks))


def _cep(text: str) -> str:
    """A spreadsheet takes the zeros away that a CEP of São Paulo begins with."""
    return text.zfill(8) if text.isdigit() and len(text) == _CEP_SHORT else text


@dataclass(slots=True)
class _Reader:
    """Reads the cells of one row and gathers what is wrong with them."""

    line: int
    cells: Sequence[Cell]
    layout: Layout
    remarks: list[Remark] = field(default_factory=list)
    refused: bool = False

    def _cell(self, name: Field) -> Cell:
        place = self.layout.fields.get(name)
        return "" if place is None else self.cells[place]

    def _header(self, name: Field) -> str:
        place = self.layout.fields.get(name)
        return str(name) if place is None else self.layout.headers[place]

    def _refuse(self, column: str, reason: str) -> None:
        self.remarks.append(Remark(self.line, column, reason))
        self.refused = True

    def _text(self, name: Field) -> str | None:
        """None when the cell cannot be used, which is then said."""
        try:
            return as_text(self._cell(name))
        except UnusableCell as error:
            self._refuse(self._header(name), str(error))
            return None

    def text(self, name: Field, *, required: bool = False) -> str:
        written = self._text(name)
        if written is None:
            return ""
        words = " ".join(written.split())
        if required and not words:
            self._refuse(self._header(name), f"{name} em branco")
        elif len(words) > LONGEST[name]:
            self._refuse(self._header(name), f"{name} com mais de {LONGEST[name]} letras")
        elif not words.isprintable() or "\N{REPLACEMENT CHARACTER}" in words:
            self._refuse(self._header(name), f"{name} com caracteres ilegíveis")
        return words

    def document(self) -> Document | None:
        places = self.layout.documents
        filled = [place for place in places if not is_blank(self.cells[place])]
        place = (filled or places)[0]
        try:
            return read_document(self.cells[place])
        except InvalidDocument as error:
            self._refuse(self.layout.headers[place], str(error))
            return None

    def day(
        self, name: Field, first: date, last: date, *, required: bool = False
    ) -> date | None:
        cell = self._cell(name)
        if is_blank(cell) and not required:
            return None
        try:
            day = as_date(cell, epoch=self.layout.epoch)
        except UnusableCell as error:
            self._refuse(self._header(name), str(error))
            return None
        if not first <= day <= last:
            self._refuse(self._header(name), f"{name} fora do intervalo possível")
        return day

    def amount(self) -> Decimal | None:
        try:
            amount = as_amount(self._cell(Field.AMOUNT))
        except UnusableCell as error:
            self._refuse(self._header(Field.AMOUNT), str(error))
            return None
        if amount <= 0:
            self._refuse(self._header(Field.AMOUNT), "valor tem de ser maior que zero")
        return amount

    def instalment(self) -> int:
        """A file without the column has one instalment for each contract."""
        if Field.INSTALMENT not in self.layout.fields:
            return 1
        cell = self._cell(Field.INSTALMENT)
        if isinstance(cell, date):
            reason = "a planilha fez da parcela uma data; formate a coluna como texto"
            self._refuse(self._header(Field.INSTALMENT), reason)
            return 1
        text = self._text(Field.INSTALMENT)
        if text is None:
            return 1
        found = _INSTALMENT.fullmatch(text)
        if found is None or not 1 <= int(found[1]) <= INSTALMENTS_MAX:
            reason = "parcela tem de ser um número de 1 a 999, como 3 ou 3/12"
            self._refuse(self._header(Field.INSTALMENT), reason)
            return 1
        return int(found[1])

    def state(self) -> str | None:
        text = self._text(Field.UF)
        if not text:
            return None
        uf = _UF_OF_NAME.get(plain(text), text.upper())
        if uf not in UFS:
            self._refuse(self._header(Field.UF), "UF desconhecida")
        return uf

    def address(self, uf: str | None) -> Address | None:
        """What is not whole is only a warning: the row is worth without it."""
        parts: dict[Field, list[str]] = {name: [] for name in ADDRESS}
        header = ""
        for name, places in self.layout.address.items():
            header = header or self.layout.headers[places[0]]
            for place in places:
                try:
                    text = as_text(self.cells[place]).strip()
                except UnusableCell as error:
                    header = self.layout.headers[place]
                    self.remarks.append(
                        Remark(self.line, header, str(error), Severity.WARNING)
                    )
                    return None
                if text:
                    parts[name].append(text)
        if not any(parts.values()):
            return None
        try:
            return read_address(
                street=", ".join(parts[Field.STREET]),
                district="".join(parts[Field.DISTRICT][:1]),
                city="".join(parts[Field.CITY][:1]),
                uf=uf or "",
                cep=_cep("".join(parts[Field.CEP][:1])),
            )
        except InvalidAddress as error:
            self.remarks.append(Remark(self.line, header, str(error), Severity.WARNING))
            return None

    def phones(self) -> RowPhones:
        """What is wrong is a warning; a row without a dialable number is refused."""
        read = read_phones(self.cells, self.layout)
        self.remarks += [
            Remark(self.line, header, reason, Severity.WARNING)
            for header, reason in (*read.undialable, *read.unreadable)
        ]
        if not read.numbers:
            header = self.layout.headers[self.layout.phones[0].index] or PHONE_LABEL
            none = "nenhum telefone que se possa discar"
            self._refuse(header, none if read.undialable else "sem telefone")
        return read
