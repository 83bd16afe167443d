"""One of our numbers that people call: whose it is, what answers there, and when.

Pure. A number is written in digits alone, as the network says which one was called:
`551130000000`, `08007270000`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from cobranca.inbound.opening_hours import OpeningHours

Flow = Literal["receptive", "floor"]  # the automatic conversation first, or people at once

_DIGITS = re.compile(r"[0-9]{3,15}")
_BETWEEN = re.compile(r"[\s().+-]")


class BadNumber(ValueError):
    """Não é um número de telefone: escreva de 3 a 15 dígitos, com o 55 e o DDD."""

    def __str__(self) -> str:
        return str(self.__doc__)


def digits_of(text: str) -> str:
    """Return the digits of a number as a person writes it; raises BadNumber.

    >>> digits_of("+55 (11) 3000-0100")
    '551130000100'
    """
    digits = _BETWEEN.sub("", text)
    if not _DIGITS.fullmatch(digits):
        raise BadNumber(text)
    return digits


@dataclass(frozen=True, slots=True, kw_only=True)
class OurNumber:
    """`creditor` None: it answers for all of them. `skill` that its callers ask for; empty:
    none. `priority` 0..5: each step counts as a minute that a caller has waited longer."""

    number: str  # digits
    name: str
    creditor: UUID | None = None
    flow: Flow = "receptive"
    opening: OpeningHours = field(default_factory=OpeningHours)
    skill: str = ""
    priority: int = 0
