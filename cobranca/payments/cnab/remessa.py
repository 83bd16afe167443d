"""The file that asks a bank to register, change or cancel slips.

Pure. Titles flow through one at a time, so that a hundred thousand of them need no more
memory than one. A title that a bank could not take is left out and reported with its
reason; nothing half of it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cobranca.payments.boleto.account import BillingAccount
from cobranca.payments.cnab.layout import Layout
from cobranca.payments.cnab.title import Company, Title, file_values, title_values
from cobranca.payments.refusal import PaymentRefused
from cobranca.payments.written import to_cents

LINE_END = "\r\n"


@dataclass(frozen=True, slots=True)
class RejectedTitle:
    """A title that is not in the file, and why (code, text in pt-BR)."""

    charge_id: UUID
    number: int
    code: str
    text: str


class Remessa:
    """One file in the making. Iterate `lines` once, then read the counts."""

    def __init__(
        self,
        layout: Layout,
        account: BillingAccount,
        company: Company,
        *,
        sequence: int,
        at: datetime,
    ) -> None:
        self._layout = layout
        self._account = account
        self._file = file_values(
            account, company, sequence=sequence, at=at, size=layout.size
        )
        self.written = 0  # titles in the file
        self.total_cents = 0
        self.rejected: list[RejectedTitle] = []

    def lines(self, titles: Iterable[Title]) -> Iterator[str]:
        """Yield the records, each of the layout's length, without line end."""
        records, with_batch = self._layout.records, self._layout.size == 240
        yield records["file_header"].written(self._file)
        line = 0 if with_batch else 1
        if with_batch:
            yield records["batch_header"].written(self._file)
        for title in titles:
            for record in self._title(title, line):
                line += 1
                yield record
        counts = {
            "line": line + 1,
            "batch_records": line + 2,
            "file_records": line + 4,
            "total": self.total_cents,
        }
        if with_batch:
            yield records["batch_trailer"].written(counts)
        yield records["file_trailer"].written(counts)

    def _title(self, title: Title, before: int) -> list[str]:
        """The title's records; none when the bank could not take it."""
        try:
            values = self._file | title_values(self._account, title)
            made: list[str] = []
            for name in self._layout.details:
                if name == "fine" and not values["fine_rate"]:
                    continue
                values["line"] = before + len(made) + 1
                made.append(self._layout.records[name].written(values))
        except PaymentRefused as error:
            self.rejected.append(
                RejectedTitle(title.charge_id, title.number, error.code, error.text)
            )
            return []
        self.written += 1
        self.total_cents += to_cents(title.amount)
        return made
