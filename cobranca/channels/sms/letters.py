"""What an SMS is written with, and into how many parts it is cut.

Pure. One letter outside of the basic alphabet of GSM 03.38 makes a part hold 70 instead of
160: texts lose their accents, as people here write them on a telephone anyway. What has no
plain form (emoji) stays, and costs.
"""

from __future__ import annotations

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("^{}\\[~]|€")  # behind an escape: two places each
_PLAIN = {"–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "º": "o",
          "ª": "a", "\N{NO-BREAK SPACE}": " "}  # fmt: skip
ONE, EACH = 160, 153  # letters of a message alone, of each of several
ONE_WIDE, EACH_WIDE = 70, 67  # the same in UCS-2


def folded(text: str) -> str:
    """Return the text in letters of the basic alphabet, as far as they have such a form.

    >>> folded("Olá — sua negociação está à mão")
    'Ola - sua negociacao esta a mao'
    """
    return "".join(map(_letter, text))


def parts(text: str) -> int:
    """Return how many messages a telephone network makes of it.

    >>> parts("a" * 160), parts("a" * 161), parts("ã" * 71)
    (1, 2, 2)
    """
    if is_basic(text):
        length, one, each = len(text) + sum(c in _TWICE for c in text), ONE, EACH
    else:
        length, one, each = len(text.encode("utf-16-be")) // 2, ONE_WIDE, EACH_WIDE
    return 1 if length <= one else -(-length // each)


def is_basic(text: str) -> bool:
    """Whether it needs no letter outside of the basic alphabet."""
    return all(letter in _BASIC or letter in _TWICE for letter in text)


def _letter(letter: str) -> str:
    if letter in _BASIC and letter.isascii():
        return letter
    if letter in _PLAIN:
        return _PLAIN[letter]
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() and base in _BASIC else letter
