"""One step of the CNAB bench as a process of its own: write, answer or read a file.

Prints its seconds and its peak memory as JSON. Imports come before the clock starts, and
what memory the process had by then does not count: Linux hands a child the peak of the
process that started it, so the kernel is told to begin anew.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from cobranca.payments.boleto.account import BillingAccount
from cobranca.payments.cnab.layout import layout_of
from cobranca.payments.cnab.remessa import LINE_END, Remessa
from cobranca.payments.cnab.retorno import read_retorno
from cobranca.payments.cnab.title import Company, Payer, Title
from foundation.brasil.document import complete_cnpj, complete_cpf, parse_document
from foundation.ids import uuid7
from sim.outside.bank.cnab_desk import Happened, retorno, titles_of

_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
_DUE = date(2026, 12, 1)
_ACCOUNTS = {
    "001": BillingAccount(
        bank="001", branch="4042", account="61900", carteira="17", variation="19",
        beneficiary="1238798",
    ),
    "341": BillingAccount(
        bank="341", branch="810", account="53678", account_digit="9", carteira="109"
    ),
}  # fmt: skip
_COMPANY = Company(
    document=parse_document(complete_cnpj("112223330001")), name="Credora Exemplo Ltda"
)


def main(work: str, base: Path, bank: str, size: int, titles: int) -> dict[str, float]:
    """Do one step; returns what was measured."""
    remessa, answer = base.with_suffix(".rem"), base.with_suffix(".ret")
    before_kb = peak_anew()
    started = time.perf_counter()
    if work == "write":
        _write(remessa, bank, size, titles)
        return _told("written_s", "writing_mb", started, before_kb)
    if work == "answer":
        happened = (
            Happened(title=title, occurrence="06", on=_DUE, paid=title["amount"])
            for title in titles_of(remessa.read_bytes(), bank=bank, size=size)
        )
        answer.write_bytes(retorno(happened, bank=bank, size=size, sequence=1, at=_AT))
        return {}
    told = read_retorno(answer.read_bytes(), bank=bank)
    if len(told.answers) != titles or told.illegible:
        raise RuntimeError(f"{len(told.answers)} of {titles} titles read")
    return _told("read_s", "reading_mb", started, before_kb)


def _write(path: Path, bank: str, size: int, titles: int) -> None:
    made = Remessa(
        layout_of(bank, size, "remessa"), _ACCOUNTS[bank], _COMPANY, sequence=1, at=_AT
    )
    with path.open("w", encoding="ascii", newline="") as out:
        out.writelines(line + LINE_END for line in made.lines(_titles(titles)))
    if made.rejected or made.written != titles:
        raise RuntimeError(f"{len(made.rejected)} titles rejected")


def _titles(count: int) -> Iterator[Title]:
    for number in range(1, count + 1):
        payer = Payer(
            document=parse_document(complete_cpf(f"{number:09d}")),
            name=f"Devedor Número {number}",
            street=f"Rua das Acácias {number}",
            district="Centro",
            city="São Paulo",
            uf="SP",
            cep="01310-100",
        )
        yield Title(
            charge_id=uuid7(),
            number=number,
            due_on=_DUE + timedelta(days=number % 90),
            issued_on=_AT.date(),
            amount=Decimal(number % 500_000 + 1000) / 100,
            payer=payer,
            interest_per_day=Decimal("0.33"),
            fine_percent=Decimal("2.00"),
        )


def _told(seconds: str, memory: str, started: float, before_kb: int) -> dict[str, float]:
    """Memory: the most that the work itself added, in MB."""
    took = time.perf_counter() - started
    return {seconds: took, memory: (peak_kb() - before_kb) / 1024}


def peak_anew() -> int:
    """Let the peak begin at what is resident now; return that, in kB."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # proc_pid_clear_refs(5)
    return peak_kb()


def peak_kb() -> int:
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    step, place, code, width, number_of = sys.argv[1:]
    print(json.dumps(main(step, Path(place), code, int(width), int(number_of))))
