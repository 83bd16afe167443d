"""The file that a bank answers with: what became of each slip.

Pure. The whole file is refused when it is of another bank or another account, cut, or
counts other records than it has: half a return is worse than none, because what is
missing looks unpaid. Within a good file a line that cannot be read is reported by its
number and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from cobranca.payments.cnab.layout import Layout, layout_of
from cobranca.payments.cnab.occurrences import Occurrence, occurrence_of
from cobranca.payments.pix.brcode import charge_address
from cobranca.payments.pix.txid import charge_of
from cobranca.payments.refusal import InvalidCnab, InvalidPixCode
from cobranca.payments.written import from_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the bank says of one slip; amounts in reais."""

    line: int  # of the file, from 1
    charge_id: UUID | None  # ours, when the bank sent our reference back
    nosso_numero: str  # as the bank writes it
    occurrence: Occurrence
    motives: tuple[str, ...]
    occurred_on: date | None
    credited_on: date | None
    due_on: date | None
    amount: Decimal
    paid: Decimal
    interest: Decimal
    discount: Decimal
    fee: Decimal
    pix: str = ""  # where the bank keeps the Pix that it made for the slip, if it did


@dataclass(frozen=True, slots=True)
class IllegibleLine:
    """A line that was left out: its number in the file, and why."""

    line: int
    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retorno:
    """A file read. `sequence` is the bank's number of the file ("" when it has none)."""

    bank: str
    size: int
    generated_on: date | None
    sequence: str
    answers: tuple[Answer, ...]
    illegible: tuple[IllegibleLine, ...]


def read_retorno(content: bytes, *, bank: str) -> Retorno:
    """Read a file of that bank; raises InvalidCnab when it is not a whole one."""
    lines = _lines(content)
    size = len(lines[0])
    if size not in (240, 400):
        raise InvalidCnab("cnab_size", "as linhas do arquivo não têm 240 nem 400 posições")
    found = lines[0][:3] if size == 240 else lines[0][76:79]
    if found != bank:
        raise InvalidCnab("cnab_other_bank", f"o arquivo é do banco {found}, não do {bank}")
    layout = layout_of(bank, size, "retorno")
    header = layout.records["file_header"]
    if not header.matches(lines[0]):
        raise InvalidCnab("cnab_not_retorno", "o arquivo não é um retorno de cobrança")
    _complete(layout, lines)
    told = header.read(lines[0])
    answers: list[Answer] = []
    illegible: list[IllegibleLine] = []
    for made in _answers(layout, lines):
        if isinstance(made, Answer):
            answers.append(made)
        else:
            illegible.append(made)
    return Retorno(
        bank=bank,
        size=size,
        generated_on=told["generated_on"],
        sequence=str(told.get("sequence", "")),
        answers=tuple(answers),
        illegible=tuple(illegible),
    )


def rejected(told: Retorno) -> list[Answer]:
    """Return the titles that the bank did not take."""
    return [one for one in told.answers if is_rejected(one)]


def is_rejected(told: Answer) -> bool:
    """Whether the bank did not take the title."""
    return told.occurrence.kind == "rejected"


def of_slips(told: Retorno) -> list[Answer]:
    """Return what changes slips themselves: rejected ones, and those with a bank's Pix."""
    return [one for one in told.answers if one.pix or is_rejected(one)]


def _lines(content: bytes) -> list[str]:
    text = content.decode("latin-1").rstrip("\x1a\r\n")
    lines = [line.rstrip("\r") for line in text.split("\n")]
    if not lines or not lines[0]:
        raise InvalidCnab("cnab_empty", "arquivo vazio")
    size = len(lines[0])
    lines[-1] = lines[-1].ljust(size)  # its blanks at the end went with the line end
    return lines


def _complete(layout: Layout, lines: list[str]) -> None:
    """Refuse a file without its end, or whose end counts other records."""
    trailer = layout.records["file_trailer"]
    if not trailer.matches(lines[-1]):
        raise InvalidCnab("cnab_cut", "arquivo cortado: falta o registro final")
    counted = str(
        trailer.read(lines[-1]).get("file_records" if layout.size == 240 else "line")
    )
    if not counted.isdigit() or int(counted) != len(lines):
        raise InvalidCnab(
            "cnab_cut", "arquivo incompleto: a contagem de linhas não confere"
        )


def _answers(layout: Layout, lines: list[str]) -> Iterator[Answer | IllegibleLine]:
    details = tuple(layout.records[name] for name in layout.details)
    number = 1
    while number < len(lines) - 1:
        if not details[0].matches(lines[number]):
            if layout.size == 240 and lines[number][7:8] in ("1", "5"):
                number += 1  # begin or end of a batch
                continue
            yield IllegibleLine(
                number + 1, "cnab_unknown_line", "linha de tipo desconhecido"
            )
            number += 1
            continue
        group = lines[number : number + len(details)]
        if not all(
            record.matches(line) for record, line in zip(details, group, strict=False)
        ):
            yield IllegibleLine(
                number + 1, "cnab_half_title", "título sem todos os segmentos"
            )
            number += 1
            continue
        made = _answer(layout, number + 1, (r.read for r in details), group)
        number += len(details)
        if isinstance(made, Answer):
            address = _pix(layout, lines[number], made)
            if address is not None:
                number += 1
                made, wrong = _with_pix(made, address, number)
                yield from wrong
        yield made


def _pix(layout: Layout, line: str, title: Answer) -> str | None:
    """The address of the Pix that a line tells of that title; None: it tells of none."""
    record = layout.records.get("pix")
    if record is None or not record.matches(line):
        return None
    told = record.read(line)
    if told.get("nosso_numero", title.nosso_numero) != title.nosso_numero:
        return None
    return str(told["pix_address"]).strip().removeprefix("https://")


def _with_pix(
    title: Answer, address: str, line: int
) -> tuple[Answer, tuple[IllegibleLine, ...]]:
    """The title with its Pix; what is no address (a key, a slip of the pen) is told."""
    try:
        return replace(title, pix=charge_address(address)), ()
    except InvalidPixCode as error:
        return title, (IllegibleLine(line, error.code, error.text),)


def _answer(
    layout: Layout, number: int, readers: Iterable[Any], group: list[str]
) -> Answer | IllegibleLine:
    values: dict[str, Any] = {}
    try:
        for read, line in zip(readers, group, strict=True):
            values |= read(line)
    except InvalidCnab as error:
        return IllegibleLine(number, error.code, error.text)
    occurrence = occurrence_of(layout.bank, layout.size, values["occurrence"])
    if occurrence.kind == "paid" and not (values["occurred_on"] or values["credited_on"]):
        return IllegibleLine(number, "cnab_no_date", "título pago sem data")
    return Answer(
        line=number,
        charge_id=charge_of(values["our_use"]),
        nosso_numero=values["nosso_numero"],
        occurrence=occurrence,
        motives=_motives(values["motives"], layout.motive_digits),
        occurred_on=values["occurred_on"],
        credited_on=values["credited_on"],
        due_on=values["due_on"],
        amount=from_cents(values["amount"]),
        paid=from_cents(values["paid"]),
        interest=from_cents(values["interest"]),
        discount=from_cents(values["discount"]),
        fee=from_cents(values["fee"]),
    )


def _motives(text: str, digits: int) -> tuple[str, ...]:
    parts = (text[at : at + digits] for at in range(0, len(text), digits))
    return tuple(part for part in parts if part.strip(" 0"))
