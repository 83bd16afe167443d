"""CEP: Brazil's postal code, eight digits.

Pure. Codes begin at 01000-000 (São Paulo); the smallest real one is 01001-000. Which town
it is of stands in no table here.
"""

from __future__ import annotations

import re

_FORM = re.compile(r"\s*(\d{2})\.?(\d{3})[-\s]?(\d{3})\s*", re.ASCII)
_FIRST = "01000000"


class InvalidCep(ValueError):
    """O CEP tem de ter oito números, como 01310-100."""


def parse_cep(text: str) -> str:
    """Return the eight digits; raises InvalidCep.

    >>> parse_cep("01310-100")
    '01310100'
    """
    found = _FORM.fullmatch(text)
    digits = "".join(found.groups()) if found else ""
    if digits < _FIRST or len(set(digits)) == 1:
        raise InvalidCep(InvalidCep.__doc__)
    return digits


def formatted_cep(digits: str) -> str:
    """Return it as people write it.

    >>> formatted_cep("01310100")
    '01310-100'
    """
    return f"{digits[:5]}-{digits[5:]}"
