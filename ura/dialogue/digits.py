"""Digits as they are dictated, one by one or in twos and threes; `meia` is six.

Pure. For a CPF keys come first; who says it is understood here, and what does not have
the right check digits is not understood at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from foundation.brasil.document import InvalidDocument, parse_document
from ura.dialogue.numbers import in_words, number_at
from ura.dialogue.words import table

CPF_DIGITS = 11
_SPOKEN = "zero um dois três quatro cinco meia sete oito nove".split()


def digits_of(spoken: Sequence[str]) -> str:
    """Return the digits in the words; what is no number is passed over.

    >>> from ura.dialogue.words import words
    >>> digits_of(words("cinco dois nove, noventa e oito, dois dois, meia, dois zeros"))
    '5299822600'
    """
    found = ""
    at = 0
    while at < len(spoken):
        word = spoken[at]
        many = _repeated(spoken, at)
        if many:
            found += many
            at += 2
        elif word[0].isdigit():
            found += "".join(c for c in word if c.isdigit())
            at += 1
        elif word in table("digits_alone"):
            found += str(table("digits_alone")[word])
            at += 1
        elif number := number_at(spoken[: _joined(spoken, at)], at):
            found += str(number.value)
            at = number.end
        else:
            at += 1
    return found


def _repeated(spoken: Sequence[str], at: int) -> str:
    """`dois zeros`, `três setes`: empty when it is no such thing."""
    if at + 1 >= len(spoken) or spoken[at + 1] not in table("plural_units"):
        return ""
    count = table("units").get(spoken[at], 0)
    return str(table("plural_units")[spoken[at + 1]]) * count


def _joined(spoken: Sequence[str], at: int) -> int:
    """Where the words of one number end: in dictation `vinte um` is 20 and 1, not 21."""
    end = at + 1
    while end < len(spoken):
        if spoken[end] == "e":
            end += 2
        elif "mil" in (spoken[end], spoken[end - 1]):
            end += 1
        else:
            break
    return end


def cpf_of(digits: str) -> str | None:
    """Return a CPF when it has eleven digits that agree; else None.

    >>> cpf_of("52998224725"), cpf_of("52998224726")
    ('52998224725', None)
    """
    if len(digits) != CPF_DIGITS:
        return None
    try:
        return parse_document(digits).text
    except InvalidDocument:
        return None


def dictated(digits: str) -> str:
    """Write digits out as they are read back: in groups, with six as `meia`.

    >>> dictated("52998224725")
    'cinco dois nove, nove oito dois, dois quatro sete, dois cinco'
    """
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return ", ".join(" ".join(_SPOKEN[int(digit)] for digit in group) for group in groups)


def in_twos(digits: str) -> str:
    """Write digits out as many people say them, two at a time; a zero stands alone.

    >>> in_twos("5201")
    'cinquenta e dois zero um'
    """
    pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
    return " ".join(
        in_words(int(pair)) if pair[0] != "0" else " ".join(_SPOKEN[int(d)] for d in pair)
        for pair in pairs
    )
