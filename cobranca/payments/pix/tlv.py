"""Type-length-value text of EMV QR codes: two digits of id, two of length, the value.

Pure. Lengths count characters, which are ASCII by the standard (BCB, Manual de Padrões
para Iniciação do Pix 2.8.0; EMV Co., Merchant-Presented QR 1.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cobranca.payments.refusal import InvalidPixCode

LONGEST = 99


def written(fields: Mapping[str, str]) -> str:
    """Write the fields in the order given; refuses values that the standard cannot hold."""
    return "".join(_one(identifier, value) for identifier, value in fields.items())


def _one(identifier: str, value: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise InvalidPixCode("pix_not_ascii", "o código Pix só leva texto sem acentos")
    if not 0 < len(value) <= LONGEST:
        raise InvalidPixCode(
            "pix_field_length", "campo vazio ou longo demais no código Pix"
        )
    return f"{identifier}{len(value):02d}{value}"


def read(text: str) -> dict[str, str]:
    """Return the fields of one level; raises InvalidPixCode on a cut or doubled one."""
    found: dict[str, str] = {}
    for identifier, value in _fields(text):
        if identifier in found:
            raise InvalidPixCode("pix_field_twice", "código Pix com um campo repetido")
        found[identifier] = value
    return found


def _fields(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        head = text[at : at + 4]
        if len(head) < 4 or not (head.isascii() and head.isdigit()):
            raise InvalidPixCode("pix_malformed", "código Pix cortado ou alterado")
        end = at + 4 + int(head[2:])
        if end > len(text) or end == at + 4:
            raise InvalidPixCode("pix_malformed", "código Pix cortado ou alterado")
        yield head[:2], text[at + 4 : end]
        at = end
