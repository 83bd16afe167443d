"""Codes as they are read out to somebody who writes them down. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ura.dialogue.digits import dictated

_NAMES = (
    "á bê cê dê é éfe gê agá i jota cá éle ême êne ó pê quê érre ésse tê u vê dáblio xis"
    " ípsilon zê"
)
_LETTERS: Mapping[str, str] = dict(
    zip("abcdefghijklmnopqrstuvwxyz", _NAMES.split(), strict=True)
)
_MARKS: Mapping[str, str] = {
    ".": "ponto", "-": "traço", "/": "barra", "*": "asterisco", " ": "espaço",
    "@": "arroba", ":": "dois pontos", "_": "sublinhado", "+": "mais", "=": "igual",
    "?": "interrogação", "&": "e comercial", "%": "por cento", "#": "jogo da velha",
}  # fmt: skip
CAPITAL = "maiúsculo"


def spelled(text: str, *, slowly: bool = False) -> str:
    """Write characters out in groups, digits by threes; `slowly`: each by itself.

    >>> spelled("0019050")
    'zero zero um, nove zero cinco, zero'
    >>> spelled("aB.6"), spelled("16", slowly=True)
    ('á, bê maiúsculo, ponto, meia', 'um, meia')
    """
    if text.isdigit() and not slowly:
        return dictated(text)
    return ", ".join(_named(character) for character in text)


def _named(character: str) -> str:
    if character.isdigit():
        return dictated(character)
    letter = _LETTERS.get(character.lower())
    if letter is None:
        return _MARKS.get(character, character)
    return f"{letter} {CAPITAL}" if character.isupper() else letter
