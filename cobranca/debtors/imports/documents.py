"""Reading a document as files have it: also one that lost its leading zeros.

Pure. A number in a spreadsheet has no leading zeros. They are put back only when exactly
one of CPF and CNPJ then has right check digits; otherwise the document is refused.
"""

from __future__ import annotations

from functools import lru_cache

from cobranca.debtors.imports.cells import Cell, UnusableCell, as_text
from foundation.brasil.document import Document, InvalidDocument, parse_document

_CPF, _CNPJ = 11, 14
_SHORTEST = 7  # digits left; what is shorter is some other number


def read_document(cell: Cell) -> Document:
    """Read a CPF or CNPJ; raises InvalidDocument with the reason in pt-BR."""
    try:
        return _of_text(as_text(cell))
    except UnusableCell as error:
        raise InvalidDocument(str(error)) from error


@lru_cache(maxsize=4096)  # the instalments of one debtor stand together
def _of_text(text: str) -> Document:
    try:
        return parse_document(text)
    except InvalidDocument:
        repaired = _with_zeros(text)
        if repaired is None:
            raise
        return repaired


def _with_zeros(text: str) -> Document | None:
    if not (text.isascii() and text.isdigit() and _SHORTEST <= len(text) < _CNPJ):
        return None
    found = []
    for length in (_CPF, _CNPJ):
        if len(text) < length:
            try:
                found.append(parse_document(text.zfill(length)))
            except InvalidDocument:
                continue
    if len(found) > 1:
        raise InvalidDocument(
            "sem os zeros à esquerda, este número é CPF e CNPJ ao mesmo tempo;"
            " escreva-o inteiro"
        )
    return found[0] if found else None
