"""The one question that stands between a link and what it is about.

Pure. Whoever holds the link may have found the telephone: so he is asked what the debtor
knows, his date of birth, or where none is on file his whole CPF or CNPJ. Neither is
enough without the link or the code.
"""

from __future__ import annotations

from enum import StrEnum

from cobranca.contacts.identity import Fact, Known, UnreadableAnswer
from foundation.brasil.document import InvalidDocument, parse_document

__all__ = ["Factor", "UnreadableAnswer", "factor_of", "is_right"]


class Factor(StrEnum):
    BIRTH_DATE = "birth_date"
    DOCUMENT = "document"


def factor_of(known: Known) -> Factor:
    """Return what is asked of this debtor."""
    return Factor.DOCUMENT if known.birth_date is None else Factor.BIRTH_DATE


def is_right(known: Known, answer: str) -> bool:
    """Compare an answer as typed; raises UnreadableAnswer, which counts as no try.

    >>> is_right(Known("52998224725", None), "529.982.247-25")
    True
    """
    if factor_of(known) is Factor.BIRTH_DATE:
        return known.is_right(Fact.BIRTH_DATE, answer)
    try:
        return parse_document(answer).text == known.document
    except InvalidDocument as error:
        raise UnreadableAnswer(str(error)) from error
