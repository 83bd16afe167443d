"""A prompt with its slots filled, cut into pieces that are recorded, or spoken live.

Pure. A value is said in the longest fragments that the inventory has (`mil`, `duzentos e`,
`trinta e quatro`, `reais`); each is recorded twice, as it sounds within a sentence and at
its end. What the inventory lacks, a name for one, stays whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal
from functools import cache

from ura.dialogue.amounts import amount_in_words
from ura.dialogue.dates import MONTHS, date_in_words, day_in_words
from ura.dialogue.digits import dictated
from ura.dialogue.numbers import in_words
from ura.dialogue.spelling import spelled
from ura.dialogue.times import time_in_words
from ura.flow.prompts import Form, Prompt, Slot

ENDS = (".", "!", "?", "…")
_HUNDREDS = range(200, 1000, 100)
_EDGES = re.compile(r"^[\s,.;:!?…]+|[\s,;:]+$")
BRIEF_S, WORD_S, COMMA_S, SENTENCE_S = 0.03, 0.09, 0.18, 0.3
SLOW_S = 0.7  # for somebody who writes each character down


@dataclass(frozen=True, slots=True)
class Piece:
    """A text, whether a sentence ends with it, and the silence after it in seconds."""

    text: str
    last: bool
    pause_s: float


class NotSpoken(ValueError):
    """A slot holds what its form cannot say."""


def pieces_of(prompt: Prompt, slots: Mapping[str, object]) -> list[Piece]:
    """Cut a prompt; raises NotSpoken, KeyError for a slot that is empty."""
    found: list[Piece] = []
    for at, part in enumerate(prompt.parts):
        following = prompt.parts[at + 1] if at + 1 < len(prompt.parts) else "."
        if isinstance(part, Slot):
            ends = isinstance(following, str) and following.startswith(ENDS)
            said = _of_value(in_form(slots[part.name], part.form), ends=ends)
            slow = part.form == "spelled_slowly"
            found += [replace(one, pause_s=SLOW_S) for one in said] if slow else said
        else:
            found += _of_text(part, before_slot=isinstance(following, Slot))
    return found


def in_form(value: object, form: Form) -> str:
    """Write a value out as its form says it; raises NotSpoken.

    >>> in_form(Decimal("350"), "money"), in_form("5260", "digits")
    ('trezentos e cinquenta reais', 'cinco dois meia, zero')
    """
    match form, value:
        case "money", Decimal():
            return amount_in_words(value)
        case "date", date():
            return date_in_words(value)
        case "time", time():
            return time_in_words(value)
        case "month_day", int():
            return day_in_words(value)
        case "number", int():
            return in_words(value)
        case "digits", str() if value.isdigit():
            return dictated(value)
        case "spelled", str():
            return spelled(value)
        case "spelled_slowly", str():
            return spelled(value, slowly=True)
        case "text", str():
            return value
        case _:
            raise NotSpoken(f"{form}: {type(value).__name__}")


def _of_text(text: str, *, before_slot: bool) -> list[Piece]:
    bare = _EDGES.sub("", text)
    if not bare:
        return []
    last = bare.endswith(ENDS)
    return [Piece(bare, last, SENTENCE_S if last else WORD_S if before_slot else COMMA_S)]


def _of_value(text: str, *, ends: bool) -> list[Piece]:
    groups = text.split(", ")
    found: list[Piece] = []
    for at, group in enumerate(groups):
        words = _greedy(group.split())
        for place, fragment in enumerate(words):
            closes = place == len(words) - 1
            final = ends and closes and at == len(groups) - 1
            pause_s = SENTENCE_S if final else COMMA_S if closes else BRIEF_S
            found.append(Piece(fragment, final, pause_s))
    return found


def _greedy(words: Sequence[str]) -> list[str]:
    """The longest fragments from left to right; whole when one word is in none."""
    found, at = [], 0
    known, longest = inventory(), 5
    while at < len(words):
        ends = range(min(len(words), at + longest), at, -1)
        end = next((e for e in ends if " ".join(words[at:e]) in known), None)
        if end is None:
            return [" ".join(words)]
        found.append(" ".join(words[at:end]))
        at = end
    return found


@cache
def inventory() -> frozenset[str]:
    """Texts of all fragments of values."""
    texts = {in_words(number) for number in range(100)} | {"cem", "cento e", "mil", "mil e"}
    texts |= {in_words(number, feminine=True) for number in range(1, 100)}  # instalments
    for number in _HUNDREDS:
        texts |= {in_words(number), f"{in_words(number)} e"}
    texts |= {"real", "real e", "reais", "reais e", "de reais", "centavo", "centavos"}
    texts |= {"e", "meia", "primeiro", "hora", "horas"}
    texts |= {f"de {month}" for month in MONTHS}
    texts |= {"à vista", "até", "em", "entrada de", "e mais", "de", "parcelas de"}
    texts |= {"a primeira em", "e as outras no dia"}  # what offers are told with
    return frozenset(texts)


def to_record(prompts: Mapping[str, Prompt]) -> list[Piece]:
    """All pieces that do not depend on a call: what is rendered once and shipped."""
    fixed = [
        piece
        for prompt in prompts.values()
        for at, part in enumerate(prompt.parts)
        if isinstance(part, str)
        for piece in _of_text(
            part,
            before_slot=at + 1 < len(prompt.parts)
            and isinstance(prompt.parts[at + 1], Slot),
        )
    ]
    values = [Piece(t, last, 0.0) for t in sorted(inventory()) for last in (False, True)]
    keyed = {(piece.text, piece.last): piece for piece in (*fixed, *values)}
    return list(keyed.values())
