"""The demonstration's data: believable debtors, through the same import as a creditor's.

They are made once; what it takes to make them is loaded only then.
"""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from foundation.brasil.dates import format_date
from foundation.brasil.document import formatted
from foundation.clock import DEFAULT_START
from foundation.home import Home
from foundation.settings import ProcessSettings

if TYPE_CHECKING:
    from cobranca.debtors.imports.service import Report
    from sim.debtors import DemoDebtor

CREDITOR = "Banco Exemplo (demonstração)"
PORTFOLIO = "Demonstração"
DEBTORS = 5000
SEED = 20260310
_HEADER = (
    "Contrato", "CPF/CNPJ", "Nome", "Data de Nascimento", "UF", "Produto", "Parcela",
    "Valor", "Vencimento", "Telefone 1", "Telefone 2", "Telefone 3",
)  # fmt: skip
_PHONES = 3
_BRAZILIAN = str.maketrans(",.", ".,")


def write_csv(path: Path, debtors: int, seed: int = SEED) -> None:
    """Write a file such as creditors send: Windows-1252, semicolons, `1.234,56`."""
    import numpy as np

    from sim.debtors import DebtorMaker

    maker = DebtorMaker(np.random.default_rng(seed), DEFAULT_START.date())
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(_HEADER)
        for debtor in maker.debtors(debtors):
            writer.writerows(_rows(debtor))


async def load(
    settings: ProcessSettings, *, debtors: int = DEBTORS, seed: int = SEED
) -> Report:
    """Import the demonstration's debtors; a second time changes nothing."""
    from cobranca.debtors.imports.direct import import_directly
    from cobranca.debtors.imports.error_file import ErrorFile
    from cobranca.debtors.imports.service import Order
    from foundation.crypto import Keys
    from foundation.db.engine import connect

    engine = connect(settings, pool_size=1)
    with tempfile.TemporaryDirectory(prefix="acordo-demo-") as folder:
        path = Path(folder) / "demonstracao.csv"
        write_csv(path, debtors, seed)
        order = Order(path=path, creditor=CREDITOR, portfolio=PORTFOLIO)
        try:
            async with engine.begin() as connection:
                with ErrorFile(path.with_suffix(".erros.csv")) as error_file:
                    keys = Keys.of(Home(settings.home))
                    return await import_directly(
                        connection, keys, order, error_file, "demonstração"
                    )
        finally:
            await engine.dispose()


def _rows(debtor: DemoDebtor) -> list[list[str]]:
    phones = [*map(_as_written, debtor.phones), *[""] * (_PHONES - len(debtor.phones))]
    instalments = debtor.debt.instalments
    return [
        [
            debtor.debt.contract,
            formatted(debtor.document),
            debtor.name,
            format_date(debtor.birth_date) if debtor.birth_date else "",
            debtor.uf,
            debtor.debt.product,
            f"{number}/{len(instalments)}",
            f"{amount:,.2f}".translate(_BRAZILIAN),
            format_date(due_on),
            *phones,
        ]
        for number, (amount, due_on) in enumerate(instalments, start=1)
    ]


def _as_written(e164: str) -> str:
    return f"({e164[3:5]}) {e164[5:10]}-{e164[10:]}"
