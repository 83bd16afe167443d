"""Text and amounts as payment standards write them: plain ASCII, integer cents.

Pure. Accents are removed, never guessed back; what is too long is the caller's to cut
or refuse.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from cobranca.payments.refusal import PaymentRefused

_CENT = Decimal("0.01")
_SPACES = re.compile(r"\s+")
_UNSEEN = re.compile(r"[^ -~]")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ª": "a", "º": "o", "–": "-"})


def plain(text: str) -> str:
    """Return the text in printable ASCII, without accents and with single spaces.

    >>> plain("João  Conceição – nº 7")
    'Joao Conceicao - no 7'
    """
    parted = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return _UNSEEN.sub("", _SPACES.sub(" ", parted)).strip()


def digits_of(text: str) -> str:
    """Return only the digits of a text such as a masked CEP or a typed line."""
    return "".join(sign for sign in text if sign.isascii() and sign.isdigit())


def to_cents(amount: Decimal) -> int:
    """Return the amount in cents; refuses fractions of a cent and what is no number."""
    if not amount.is_finite():
        raise PaymentRefused("amount_invalid", "valor inválido")
    if amount != amount.quantize(_CENT):
        raise PaymentRefused("amount_fraction", "valor com fração de centavo")
    return int(amount * 100)


def from_cents(cents: int) -> Decimal:
    """Return the amount of so many cents, always with two places."""
    return (Decimal(cents) / 100).quantize(_CENT)
