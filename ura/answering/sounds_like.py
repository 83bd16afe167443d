"""How a Portuguese word sounds, roughly: what a recogniser mishears has the same key.

Pure. Vowels that are weak at a word's end fall together, letters for one sound become one,
plurals and the ends of infinitives go: "recados" and "ricadu" are one word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_WORD = re.compile(r"[a-z0-9]+")
_MARKS = "Mn"  # accents, once letters are taken apart
#: in this order; capitals are sounds that two letters stand for
_SPELT: tuple[tuple[str, str], ...] = (
    ("ch", "x"), ("nh", "N"), ("lh", "L"), ("ph", "f"),
    ("qu(?=[ei])", "k"), ("gu(?=[ei])", "g"), ("g(?=[ei])", "j"), ("q", "k"),
    ("s?c(?=[ei])", "s"), ("c", "k"), ("h", ""), ("y", "i"), ("w", "v"),
    ("z", "s"), ("ao$", "an"), ("am$", "an"), ("l(?![aeiou])", "u"),
    ("m(?![aeiou])", "n"), (r"([a-z])\1", r"\1"),
    ("(?<=.)[sr]$", ""), ("e", "i"), ("o", "u"),
)  # fmt: skip


def words(text: str) -> list[str]:
    """Words of a text without accents, in small letters.

    >>> words("Alô, é você?")
    ['alo', 'e', 'voce']
    """
    apart = unicodedata.normalize("NFD", text.lower())
    return _WORD.findall("".join(c for c in apart if unicodedata.category(c) != _MARKS))


def sounds(text: str) -> list[str]:
    """The key of each word of a text.

    >>> sounds("Deixe a mensagem") == sounds("deixi a menssajem")
    True
    """
    return [sound(word) for word in words(text.lower().replace("ç", "ss"))]


@cache
def sound(word: str) -> str:
    """The key of one word of `words`.

    >>> sound("recados"), sound("ricadu"), sound("chamada"), sound("xamada")
    ('rikadu', 'rikadu', 'xamada', 'xamada')
    """
    for spelt, heard in _SPELT:
        word = re.sub(spelt, heard, word)
    return word


def distance(a: str, b: str) -> int:
    """Letters to change, add or leave out.

    >>> distance("caixa", "cacha")
    2
    """
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        corner, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            corner, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, corner + (letter != other)),
            )
    return row[-1]
