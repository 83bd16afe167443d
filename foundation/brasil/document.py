"""CPF and CNPJ: what is a valid one, its one stored form, and how people see it.

Pure. The stored form is upper-case text without mask (11 or 14 characters): since July
2026 a CNPJ may hold letters, so a document is never a number. Validity is that of
validate-docbr, plus an exact length: a CPF that lost its leading zeros in a
spreadsheet is refused, because guessing could name another person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from validate_docbr import CNPJ, CPF

_CPF = CPF()
_CNPJ = CNPJ()
_ALLOWED = re.compile(r"[0-9A-Za-z./\-\s]+", re.ASCII)
_MASK = re.compile(r"[./\-\s]", re.ASCII)


class InvalidDocument(ValueError):
    """O documento não é um CPF nem um CNPJ válido."""


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document in its stored form."""

    kind: Literal["cpf", "cnpj"]
    text: str

    @property
    def holder(self) -> Literal["person", "company"]:
        return "person" if self.kind == "cpf" else "company"


def parse_document(text: str) -> Document:
    """Read a CPF or CNPJ, masked or bare; raises InvalidDocument (reason in pt-BR)."""
    if not text.strip():
        raise InvalidDocument("CPF ou CNPJ em branco")
    if not _ALLOWED.fullmatch(text):
        raise InvalidDocument("CPF ou CNPJ com caracteres estranhos")
    bare = _MASK.sub("", text).upper()
    if len(bare) == 11 and bare.isdigit():
        if not _CPF.validate(bare):
            raise InvalidDocument("CPF inválido: os dígitos verificadores não conferem")
        return Document("cpf", bare)
    if len(bare) == 14:
        if not _CNPJ.validate(bare):
            raise InvalidDocument("CNPJ inválido: os dígitos verificadores não conferem")
        return Document("cnpj", bare)
    raise InvalidDocument(
        f"CPF tem 11 dígitos e CNPJ tem 14 caracteres; aqui há {len(bare)}"
        " (zeros à esquerda perdidos na planilha?)"
    )


def formatted(document: Document) -> str:
    """Return the document with its mask: `529.982.247-25`, `12.ABC.345/01DE-35`."""
    mask = _CPF.mask if document.kind == "cpf" else _CNPJ.mask
    return str(mask(document.text))


def masked(document: Document) -> str:
    """Return a form that identifies nobody by itself: `***.982.247-**`."""
    if document.kind == "cpf":
        return f"***.{document.text[3:6]}.{document.text[6:9]}-**"
    return f"**.***.***/{document.text[8:12]}-**"


def complete_cpf(base: str) -> str:
    """Return the CPF made of nine digits and the two check digits that belong to them."""
    first = _check_digit(base)
    return base + first + _check_digit(base + first)


def complete_cnpj(base: str) -> str:
    """Return the CNPJ of twelve digits or capital letters and its two check digits."""
    first = _check_digit(base, cycle=8)
    return base + first + _check_digit(base + first, cycle=8)


def _check_digit(body: str, cycle: int = 10) -> str:
    """Modulo 11 from the right with weights 2, 3 ... (CNPJ starts again after 9).

    A letter counts as its ASCII code less 48, so that digits count as themselves.
    """
    total = sum(
        (ord(character) - 48) * (2 + place % cycle)
        for place, character in enumerate(reversed(body))
    )
    return str((11 - total % 11) % 11 % 10)
