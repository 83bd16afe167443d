"""Means of payment: codes a second, and CNAB files of many titles in time and memory.

The file is written and read by a process of its own, which tells the most memory that the
work added to it; a quarter of the titles tells whether that grows with them. Reading keeps
the answers, writing keeps nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from cobranca.payments.boleto.account import BillingAccount
from cobranca.payments.boleto.banks import rules_of
from cobranca.payments.boleto.bar_code import Slip, bar_code, linha_digitavel, slip_of
from cobranca.payments.pix.brcode import Receiver, read_code, static_code
from cobranca.payments.pix.key import parse_key
from cobranca.payments.pix.qr import svg_of
from sim.bench import bank_file
from sim.bench.figures import Figure

TITLES, QUICK_TITLES = 100_000, 10_000
LIMIT_S = 60.0  # to write or to read a hundred thousand titles
GROWTH_MB = 10.0  # of writing, between a quarter of the titles and all of them
_FILES = (("001", 240), ("341", 400))
_CODES, _QUICK_CODES = 20_000, 2_000
_FIRST = date(2026, 12, 1)
_ACCOUNT = BillingAccount(bank="341", branch="0810", account="53678", carteira="109")
_CREDORA = Receiver(name="Credora Exemplo", city="Sao Paulo")
_KEY = parse_key("123e4567-e12b-12d1-a456-426655440000")


def measure(quick: bool) -> list[Figure]:
    """Codes first, then each file written, answered by the simulated bank, and read."""
    codes = _QUICK_CODES if quick else _CODES
    figures = [
        _rate("boletos written (bar code and line)", _boleto, codes),
        _rate("boletos read", _boleto_read, codes),
        _rate("Pix codes written", _pix, codes),
        _rate("Pix codes read", _pix_read, codes),
        _rate("Pix codes as QR in SVG", _qr, max(codes // 100, 50)),
    ]
    for bank, size in _FILES:
        figures += _file(bank, size, QUICK_TITLES if quick else TITLES)
    return figures + bank_file.measure(QUICK_TITLES if quick else TITLES)


def _rate(what: str, work: Callable[[int], object], times: int) -> Figure:
    work(0)  # what is loaded on first use
    started = time.perf_counter()
    for number in range(1, times + 1):
        work(number)
    return Figure(what=what, value=times / (time.perf_counter() - started), unit="/s")


def _boleto(number: int) -> str:
    slip = Slip(
        bank="341",
        due_on=_FIRST + timedelta(days=number % 365),
        amount=Decimal(number % 99_999 + 1) / 100,
        campo_livre=rules_of("341").campo_livre(_ACCOUNT, number % 10**8 + 1),
    )
    return linha_digitavel(bar_code(slip))


_BAR_CODE = bar_code(
    Slip(bank="341", due_on=_FIRST, amount=Decimal(1), campo_livre="1" * 25)
)
_CODE = static_code(_KEY, _CREDORA, amount=Decimal("123.45"), txid="ACORDO7")


def _boleto_read(_number: int) -> object:
    return slip_of(_BAR_CODE, near=_FIRST)


def _pix(number: int) -> str:
    return static_code(_KEY, _CREDORA, amount=Decimal(number + 1) / 100, txid=f"A{number}")


def _pix_read(_number: int) -> object:
    return read_code(_CODE)


def _qr(_number: int) -> str:
    return svg_of(_CODE, title="QR Code do Pix")


def _file(bank: str, size: int, titles: int) -> list[Figure]:
    """Write and read one kind of file, and a quarter of it for the memory."""
    with tempfile.TemporaryDirectory() as folder:
        part = _run(Path(folder) / "part", bank, size, titles // 4)
        whole = _run(Path(folder) / "whole", bank, size, titles)
    name = f"CNAB {size} of {titles:,} titles (bank {bank})"
    scale = TITLES / titles
    return [
        Figure(
            what=f"remessa {name}",
            value=whole["written_s"],
            unit="s",
            aim=f"100,000 titles in < {LIMIT_S:.0f} s",
            met=whole["written_s"] * scale < LIMIT_S,
        ),
        Figure(
            what=f"memory that writing {name} adds",
            value=whole["writing_mb"],
            unit="MB",
            compared_with=f"{part['writing_mb']:.1f} MB with a quarter",
            aim=f"grows < {GROWTH_MB:.0f} MB",
            met=whole["writing_mb"] - part["writing_mb"] < GROWTH_MB,
        ),
        Figure(
            what=f"retorno {name}",
            value=whole["read_s"],
            unit="s",
            aim=f"100,000 titles in < {LIMIT_S:.0f} s",
            met=whole["read_s"] * scale < LIMIT_S,
        ),
        Figure(
            what=f"memory that reading {name} adds", value=whole["reading_mb"], unit="MB"
        ),
    ]


def _run(base: Path, bank: str, size: int, titles: int) -> dict[str, float]:
    told: dict[str, float] = {}
    for work in ("write", "answer", "read"):
        command = [sys.executable, "-m", "sim.bench.cnab_work", work, str(base), bank]
        done = subprocess.run(
            [*command, str(size), str(titles)], check=True, stdout=subprocess.PIPE
        )
        told |= json.loads(done.stdout)
    return told
