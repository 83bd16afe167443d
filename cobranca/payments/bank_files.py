"""Files that a bank answers with, read whole before anything is done: CNAB or a statement.

Pure. What a file is, is seen in it. A file that is cut, of another bank, or none at all is
refused whole; a line that cannot be read within a good one is told by its number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from cobranca.payments.arrivals import Heard, retorno_heard
from cobranca.payments.cnab.retorno import Answer, of_slips, read_retorno, rejected
from cobranca.payments.refusal import InvalidCnab
from cobranca.payments.statement import read_statement
from cobranca.payments.transfer import Credit

Kind = Literal["retorno", "statement"]
LARGEST = 64_000_000  # bytes: a hundred thousand titles of CNAB 240 are 48 MB
_OFX = b"<OFX>"


@dataclass(frozen=True, slots=True)
class Unread:
    """A line, or an entry of a statement, that was left out: its number, and why."""

    line: int
    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFile:
    """A file read. `money` is what moves money, in the file's order."""

    kind: Kind
    bank: str  # "" of a statement
    titles: int  # slips, or credits, that it tells of
    others: int  # credits that another means tells of
    money: tuple[Heard | Credit, ...]
    refused: tuple[Answer, ...]  # slips that the bank did not take
    slips: tuple[Answer, ...] = ()  # these, and those for which it made a Pix of its own
    occurrences: tuple[tuple[str, int], ...]  # kind, how many
    unread: tuple[Unread, ...]

    @property
    def total(self) -> Decimal:
        """All the money that it tells of."""
        return sum((amount_of(one) for one in self.money), Decimal("0.00"))


def amount_of(one: Heard | Credit) -> Decimal:
    """What came."""
    return one.amount if isinstance(one, Credit) else one.arrival.amount


def read_bank_file(content: bytes, *, banks: Iterable[str]) -> BankFile:
    """Read a file of one of our banks; raises InvalidCnab, InvalidStatement."""
    if len(content) > LARGEST:
        raise InvalidCnab("bank_file_size", "arquivo grande demais")
    if _OFX in content[:10_000].upper():
        return _statement(content)
    bank = _bank_of(content)
    if bank not in set(banks):
        raise InvalidCnab(
            "cnab_other_bank", f"o arquivo é do banco {bank}, e nenhuma conta de cobrança é"
        )
    return _retorno(content, bank)


def _bank_of(content: bytes) -> str:
    """The bank's code in the first line: at its begin in CNAB 240, within it in 400."""
    line = content.split(b"\n", 1)[0].rstrip(b"\r").decode("latin-1")
    found = {240: line[:3], 400: line[76:79]}.get(len(line), "")
    if not (found.isascii() and found.isdigit()):
        raise InvalidCnab("bank_file_form", "não é um retorno CNAB nem um extrato OFX")
    return found


def _retorno(content: bytes, bank: str) -> BankFile:
    told = read_retorno(content, bank=bank)
    kinds = Counter(answer.occurrence.kind for answer in told.answers)
    return BankFile(
        kind="retorno",
        bank=bank,
        titles=len(told.answers),
        others=0,
        money=tuple(retorno_heard(told)),
        refused=tuple(rejected(told)),
        slips=tuple(of_slips(told)),
        occurrences=tuple(sorted(kinds.items())),
        unread=tuple(Unread(one.line, one.code, one.text) for one in told.illegible),
    )


def _statement(content: bytes) -> BankFile:
    told = read_statement(content)
    return BankFile(
        kind="statement",
        bank="",
        titles=len(told.credits),
        others=told.others,
        money=told.credits,
        refused=(),
        occurrences=(),
        unread=tuple(_entries(told.illegible)),
    )


def _entries(numbers: Iterable[int]) -> Iterator[Unread]:
    for number in numbers:
        yield Unread(number, "statement_entry", "lançamento ilegível")
