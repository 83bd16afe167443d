"""Whole numbers in Portuguese words, and back.

Pure. What is understood is wider than what is said: `vinte cinco` without its `e`, `uma`
beside `um`, numbers written in figures. Two numbers side by side stay two (`um zero`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ura.dialogue.words import table

MOST = 999_999_999
ARTICLES = (["um"], ["uma"])  # also "a", so that alone among words they are no number
_UNITS = "zero um dois três quatro cinco seis sete oito nove".split()
_TEENS = "dez onze doze treze quatorze quinze dezesseis dezessete dezoito dezenove".split()
_TENS = "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa".split()
_HUNDREDS = (
    "cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos"
    " novecentos"
).split()
_FIGURES = re.compile(r"\d{1,9}|\d{1,3}(?:\.\d{3})+")
_THOUSAND, _MILLION = 1_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Number:
    """A number and the words that said it, `begin` to before `end`."""

    value: int
    begin: int
    end: int


def in_words(number: int, *, feminine: bool = False) -> str:
    """Write a number out; raises ValueError outside 0 to MOST.

    >>> in_words(1234), in_words(1200), in_words(21, feminine=True)
    ('mil duzentos e trinta e quatro', 'mil e duzentos', 'vinte e uma')
    """
    if not 0 <= number <= MOST:
        raise ValueError(number)
    millions, rest = divmod(number, _MILLION)
    thousands, units = divmod(rest, _THOUSAND)
    groups: list[tuple[int, str]] = []
    if millions:
        name = "milhão" if millions == 1 else "milhões"
        groups.append((millions, f"{_below_thousand(millions)} {name}"))
    if thousands:
        count = f"{_below_thousand(thousands, feminine)} " if thousands > 1 else ""
        groups.append((thousands, f"{count}mil"))
    if units or not groups:
        groups.append((units, _below_thousand(units, feminine)))
    last, text = groups.pop()
    if not groups:
        return text
    joined = " e " if last < 100 or last % 100 == 0 else " "
    return " ".join(said for _, said in groups) + joined + text


def _below_thousand(number: int, feminine: bool = False) -> str:
    if number == 100:
        return "cem"
    hundreds, rest = divmod(number, 100)
    parts = []
    if hundreds:
        word = _HUNDREDS[hundreds - 1]
        parts.append(word[:-2] + "as" if feminine and hundreds > 1 else word)
    if rest >= 20:
        parts.append(_TENS[rest // 10 - 2])
        rest %= 10
    if 10 <= rest < 20:
        parts.append(_TEENS[rest - 10])
    elif rest or not parts:
        unit = {1: "uma", 2: "duas"}.get(rest) if feminine else None
        parts.append(unit or _UNITS[rest])
    return " e ".join(parts)


def numbers(spoken: Sequence[str]) -> list[Number]:
    """Find the numbers in words, in order.

    >>> from ura.dialogue.words import words
    >>> [n.value for n in numbers(words("dois mil e quinhentos em três vezes"))]
    [2500, 3]
    """
    found: list[Number] = []
    at = 0
    while at < len(spoken):
        number = number_at(spoken, at)
        if number is None:
            at += 1
        else:
            found.append(number)
            at = number.end
    return found


def number_at(spoken: Sequence[str], at: int) -> Number | None:
    """Read the number that begins at this word; None when none does."""
    total, here = 0, at
    last_scale = MOST + 1
    while here < len(spoken):
        start = _after_and(spoken, here) if here > at else here
        group = _group(spoken, start)
        end = group.end if group else start
        scale = table("scales").get(spoken[end]) if end < len(spoken) else None
        if scale is not None and scale < last_scale:  # "mil" needs no "um" before it
            total += (group.value if group else 1) * scale
            here, last_scale = end + 1, scale
            continue
        fits = group is not None and group.value < min(last_scale, _MILLION * 1000)
        if group is not None and fits and (here == at or group.value > 0):
            total += group.value
            here = group.end
        break
    return Number(total, at, here) if here > at else None


def _after_and(spoken: Sequence[str], at: int) -> int:
    return at + 1 if at + 1 < len(spoken) and spoken[at] == "e" else at


def _group(spoken: Sequence[str], at: int) -> Number | None:
    """A number below a thousand in words, or any in figures."""
    if at >= len(spoken):
        return None
    if _FIGURES.fullmatch(spoken[at]):
        return Number(int(spoken[at].replace(".", "")), at, at + 1)
    hundred = table("hundreds").get(spoken[at])
    if hundred is None:
        return _below_hundred(spoken, at)
    rest = _below_hundred(spoken, _after_and(spoken, at + 1))
    if rest is None or rest.value == 0 or _is_figures(spoken, rest.begin):
        return Number(hundred, at, at + 1)
    return Number(hundred + rest.value, at, rest.end)


def _below_hundred(spoken: Sequence[str], at: int) -> Number | None:
    if at >= len(spoken):
        return None
    word = spoken[at]
    ten = table("tens").get(word)
    if ten is not None:
        after = _after_and(spoken, at + 1)
        unit = table("units").get(spoken[after]) if after < len(spoken) else None
        if unit:
            return Number(ten + unit, at, after + 1)
        return Number(ten, at, at + 1)
    value = table("teens").get(word, table("units").get(word))
    return None if value is None else Number(value, at, at + 1)


def _is_figures(spoken: Sequence[str], at: int) -> bool:
    return at < len(spoken) and spoken[at][0].isdigit()
