"""A text as words: without accents, in small letters, numbers as they were written.

Pure. Texts come from recognisers, which write `R$ 1.234,56`, `529.982.247-25` or `20/03`
as well as words.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

_MARKS = "Mn"  # accents, once letters are taken apart
_TOKEN = re.compile(r"\d+(?:[.,/\-]\d+)*|[a-z]+|\$")


def words(text: str) -> list[str]:
    """Return the words of a text.

    >>> words("É R$ 1.234,56, três vezes!")
    ['e', 'r', '$', '1.234,56', 'tres', 'vezes']
    """
    apart = unicodedata.normalize("NFD", text.lower())
    return _TOKEN.findall("".join(c for c in apart if unicodedata.category(c) != _MARKS))


@cache
def table(name: str) -> Mapping[str, int]:
    """Return a table of `words_pt_BR.toml`: word -> number."""
    found: Mapping[str, int] = _data()[name]
    return found


@cache
def listed(name: str) -> tuple[tuple[str, ...], ...]:
    """Return a list of `words_pt_BR.toml`, each entry as its words."""
    return tuple(tuple(entry.split()) for entry in _data()["lists"][name])


def starts(spoken: Sequence[str], at: int, name: str) -> int:
    """How many words from `at` on are an entry of the list; the longest, else 0."""
    lengths = [len(e) for e in listed(name) if tuple(spoken[at : at + len(e)]) == e]
    return max(lengths, default=0)


@cache
def _data() -> Mapping[str, Any]:
    raw = files(__package__).joinpath("words_pt_BR.toml").read_text("utf-8")
    data: Mapping[str, Any] = tomllib.loads(raw)
    return data
