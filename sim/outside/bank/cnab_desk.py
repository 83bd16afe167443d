"""The bank's side of CNAB: takes a remessa, answers with a retorno.

Pure. Reads by the same tables that the remessa is written by and writes by the tables that
a retorno is read by, so the two sides agreeing proves no table. Those of the remessa were
compared with another program's files; those of the retorno with nothing from outside
(docs/pagamentos.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cobranca.payments.cnab.layout import Layout, layout_of
from cobranca.payments.cnab.remessa import LINE_END, MOST_IN_BATCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What happened to one title at the bank; amounts in cents."""

    title: Mapping[str, Any]  # as read from the remessa
    occurrence: str
    on: date
    paid: int = 0
    interest: int = 0
    motives: str = ""


def titles_of(remessa: bytes, *, bank: str, size: int) -> Iterator[dict[str, Any]]:
    """Read the titles of a remessa: one mapping of values each."""
    layout = layout_of(bank, size, "remessa")
    first = layout.records[layout.details[0]]
    title: dict[str, Any] | None = None
    for line in remessa.decode("ascii").split(LINE_END):
        if first.matches(line):
            if title is not None:
                yield title
            title = first.read(line)
        elif title is not None:
            for name in layout.details[1:]:
                if layout.records[name].matches(line):
                    title |= layout.records[name].read(line)
    if title is not None:
        yield title


def answered(remessa: bytes, *, at: datetime, rejected: bool) -> tuple[bytes, int]:
    """A retorno to a remessa, and of how many titles: each one registered is paid on the
    day for its amount, or rejected; what was cancelled is not answered. Raises InvalidCnab.
    """
    first = remessa.split(b"\n", 1)[0].rstrip(b"\r").decode("ascii")
    size = len(first)
    bank = {240: first[:3], 400: first[76:79]}.get(size, "")
    titles = [
        title
        for title in titles_of(remessa, bank=bank, size=size)
        if title["movement"] == "01"
    ]
    happened = (
        Happened(title=title, occurrence="03", on=at.date(), motives="08")
        if rejected
        else Happened(title=title, occurrence="06", on=at.date(), paid=title["amount"])
        for title in titles
    )
    content = retorno(happened, bank=bank, size=size, sequence=1, at=at)
    return content, len(titles)


def retorno(
    happened: Iterable[Happened], *, bank: str, size: int, sequence: int, at: datetime
) -> bytes:
    """Write the bank's answer."""
    layout = layout_of(bank, size, "retorno")
    lines = [_header(layout, sequence, at)]
    batches = 1
    if size == 240:
        batches = _batches(layout, happened, lines)
    else:
        for each in happened:
            values = _values(each, len(lines) + 1, 1)
            lines.append(layout.records["detail"].written(values))
    whole = {"file_records": len(lines) + 1, "line": len(lines) + 1, "batches": batches}
    lines.append(layout.records["file_trailer"].written(whole))
    return "".join(line + LINE_END for line in lines).encode("ascii")


def _batches(layout: Layout, happened: Iterable[Happened], lines: list[str]) -> int:
    """Add batches to the lines; returns how many."""
    batch, line = 1, 0
    lines.append(layout.records["batch_header"].written({"batch": batch}))
    for each in happened:
        if line + len(layout.details) > MOST_IN_BATCH:
            _close(layout, lines, batch, line)
            batch, line = batch + 1, 0
            lines.append(layout.records["batch_header"].written({"batch": batch}))
        for name in layout.details:
            line += 1
            lines.append(layout.records[name].written(_values(each, line, batch)))
    _close(layout, lines, batch, line)
    return batch


def _close(layout: Layout, lines: list[str], batch: int, line: int) -> None:
    counts = {"batch": batch, "batch_records": line + 2}
    lines.append(layout.records["batch_trailer"].written(counts))


def _header(layout: Layout, sequence: int, at: datetime) -> str:
    length = 64 if layout.size == 240 else 20
    return layout.records["file_header"].written(
        {
            "agreement": "0" * length,
            "company_name": "CREDORA EXEMPLO LTDA",
            "bank_name": layout.name,
            "service": "COBRANCA",
            "generated_on": at.date(),
            "generated_at": f"{at:%H%M%S}",
            "sequence": sequence,
            "line": 1,
        }
    )


def _values(each: Happened, line: int, batch: int) -> dict[str, Any]:
    title = each.title
    number = (
        title["title_number"] if "title_number" in title else title["title_number_short"]
    )
    paid_on = each.on if each.paid else None
    return {
        "batch": batch,
        "line": line,
        "occurrence": each.occurrence,
        "branch": title.get("branch", ""),
        "account": title.get("account", ""),
        "beneficiary": title.get("beneficiary", "0"),
        "nosso_numero": number,
        "carteira": str(title.get("carteira", "0"))[-1:],
        "carteira_letter": "I",
        "kind": "01",
        "document_number": title["document_number"],
        "our_use": title.get("our_use", ""),
        "due_on": title["due_on"],
        "amount": title["amount"],
        "occurred_on": each.on,
        "credited_on": paid_on,
        "receiving_bank": "341" if each.paid else "0",
        "receiving_branch": "1" if each.paid else "0",
        "currency": "09",
        "payer_kind": str(title["payer_kind"])[-1:],
        "payer_document": title["payer_document"],
        "payer_name": title["payer_name"],
        "fee": 250 if each.paid else 0,
        "motives": each.motives,
        "interest": each.interest,
        "paid": each.paid,
        "credited": each.paid,
        "discount": 0,
        "rebate": 0,
        "iof": 0,
        "expenses": 0,
        "other_credits": 0,
    }
