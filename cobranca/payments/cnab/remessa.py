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
MOST_IN_BATCH = 99_999  # records of titles in one batch of CNAB 240


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
        records = self._layout.records
        yield records["file_header"].written(self._file)
        if self._layout.size == 240:
            yield from self._batches(titles)
            return
        line = 1
        for title in titles:
            for record in self._title(title, line):
                line += 1
                yield record
        counts = {"line": line + 1, "total": self.total_cents}
        yield records["file_trailer"].written(counts)

    def _batches(self, titles: Iterable[Title]) -> Iterator[str]:
        """Titles in as many batches as they need: a record's number has five digits."""
        records, longest = self._layout.records, len(self._layout.details)
        batch, line, total = 1, 0, 2
        yield records["batch_header"].written(self._file | {"batch": batch})
        for title in titles:
            if line + longest > MOST_IN_BATCH:
                counts = {"batch": batch, "batch_records": line + 2}
                yield records["batch_trailer"].written(counts)
                batch, line, total = batch + 1, 0, total + line + 2
                yield records["batch_header"].written(self._file | {"batch": batch})
            for record in self._title(title, line, batch):
                line += 1
                yield record
        counts = {"batch": batch, "batch_records": line + 2}
        yield records["batch_trailer"].written(counts)
        counts = {"batches": batch, "file_records": total + line + 2}
        yield records["file_trailer"].written(counts)

    def _title(self, title: Title, before: int, batch: int = 1) -> list[str]:
        """The title's records; none when the bank could not take it."""
        try:
            values = self._file | title_values(self._account, title) | {"batch": batch}
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
