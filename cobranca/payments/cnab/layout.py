"""Layouts of the banks: which records a file has, read from the tables beside this module.

Pure once read. A layout is of one bank, one size and one direction; a new bank is a new
table, no code, as long as its numbers are among those that `values` works out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from cobranca.payments.cnab.fields import Record, fields_of
from cobranca.payments.refusal import InvalidCnab

Direction = Literal["remessa", "retorno"]
_FOLDER = files("cobranca.payments.cnab") / "layouts"
BANKS = MappingProxyType(
    {240: ("001", "033", "104"), 400: ("001", "033", "237", "341")}
)  # that have both directions


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One kind of file; `details` are the records of a title, in order.

    A record `pix` may follow them: where the bank keeps a Pix that it made for the title.
    """

    bank: str
    name: str
    size: int
    direction: Direction
    details: tuple[str, ...]
    motive_digits: int
    records: Mapping[str, Record]


@lru_cache(maxsize=32)
def layout_of(bank: str, size: int, direction: Direction) -> Layout:
    """Return a layout; raises InvalidCnab when there is none of that bank and size."""
    if bank not in BANKS.get(size, ()):
        raise InvalidCnab("cnab_no_layout", f"não há layout CNAB {size} do banco {bank}")
    name = f"{bank}_{size}_{direction}.toml"
    told = tomllib.loads((_FOLDER / name).read_text("utf-8"))
    return Layout(
        bank=told["bank"],
        name=told["name"],
        size=size,
        direction=direction,
        details=tuple(told["details"]),
        motive_digits=told.get("motive_digits", 2),
        records=MappingProxyType(
            {
                key: Record(fields_of(table, size, name=f"{name} {key}"))
                for key, table in told["records"].items()
            }
        ),
    )
