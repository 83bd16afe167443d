"""Where a debtor lives, whole enough for a bank to register a slip in his name.

Pure. Street (with number), city, UF and CEP are needed; the district is not. An address
that lacks one of them is none.
"""

from __future__ import annotations

from dataclasses import dataclass

from foundation.brasil.cep import InvalidCep, formatted_cep, parse_cep
from foundation.brasil.ddd import UFS

LONGEST = {"street": 100, "district": 60, "city": 60}


class InvalidAddress(ValueError):
    """O endereço não serve para um boleto."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`cep` in eight digits; `uf` in capitals."""

    street: str
    district: str
    city: str
    uf: str
    cep: str

    def one_line(self) -> str:
        parts = (self.street, self.district, self.city, self.uf, formatted_cep(self.cep))
        return ", ".join(part for part in parts if part)


def read_address(*, street: str, district: str, city: str, uf: str, cep: str) -> Address:
    """Read an address as written; raises InvalidAddress, which says what is wrong."""
    words = {
        "street": " ".join(street.split()),
        "district": " ".join(district.split()),
        "city": " ".join(city.split()),
    }
    wrong = [name for name, text in _NEEDED.items() if not words[name]]
    told = [_NEEDED[name] for name in wrong]
    if not uf.strip():
        told.append("a UF")
    if not cep.strip():
        told.append("o CEP")
    if told:
        raise InvalidAddress(f"endereço incompleto para boleto: falta {' e '.join(told)}")
    for name, text in words.items():
        if len(text) > LONGEST[name] or not text.isprintable():
            raise InvalidAddress("endereço longo demais ou com caracteres ilegíveis")
    if uf.strip().upper() not in UFS:
        raise InvalidAddress("endereço com UF desconhecida")
    try:
        code = parse_cep(cep)
    except InvalidCep as error:
        raise InvalidAddress(str(error)) from error
    return Address(**words, uf=uf.strip().upper(), cep=code)


_NEEDED = {"street": "a rua", "city": "a cidade"}
