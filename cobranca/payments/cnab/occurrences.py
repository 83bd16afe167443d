"""What a code in a bank's answer means.

Pure once read. The kind decides what we do; the text is for people. A bank's own meaning
goes before FEBRABAN's. An unknown code is `told`: it is reported, never guessed at.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

Kind = Literal[
    "registered", "rejected", "paid", "cancelled", "changed", "notary", "fee", "told"
]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A meaning; `known` False when the bank's code is in no table."""

    code: str
    kind: Kind
    text: str
    known: bool = True


def occurrence_of(bank: str, size: int, code: str) -> Occurrence:
    """Return the meaning of a two-digit code."""
    tables = _tables()
    for table in (f"{bank}-{size}", str(size)):
        if found := tables.get(table, {}).get(code):
            return found
    return Occurrence(code, "told", f"Ocorrência {code} do banco", known=False)


@cache
def _tables() -> dict[str, dict[str, Occurrence]]:
    path = files("cobranca.payments.cnab") / "layouts" / "occurrences.toml"
    kinds = get_args(Kind)
    told = tomllib.loads(path.read_text("utf-8"))
    return {
        table: {
            code: Occurrence(code, kinds[kinds.index(kind)], text)
            for code, (kind, text) in codes.items()
        }
        for table, codes in told.items()
    }
