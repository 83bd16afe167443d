"""How callers say the value that a question asks for. Pure.

Whoever answers in two words is written down badly: «cem reais» becomes «Sing heresco». Held
to the phrases of the question it is known again, as an option is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from ura.dialogue.numbers import in_words
from ura.flow.nodes import Hears

_AMOUNTS = (
    range(10, 100, 5), range(100, 1_000, 10), range(1_000, 5_000, 100),
    range(5_000, 21_000, 1_000),
)  # fmt: skip
_DAYS = range(2, 32)
_NUMBERS: dict[Hears, tuple[Iterable[int], ...]] = {
    Hears.AMOUNT: _AMOUNTS,
    Hears.MONTH_DAY: (_DAYS,),
    Hears.DATE: (_DAYS,),
    Hears.COUNT: (range(1, 37),),
    Hears.TIME: (range(7, 22), range(1, 7)),
}
_FEMININE = frozenset({Hears.COUNT, Hears.TIME})


@cache
def said_values(form: Hears) -> tuple[str, ...]:
    """Return phrases that say a value of the form; none where they are too many to list.

    >>> "cem reais" in said_values(Hears.AMOUNT), said_values(Hears.BIRTH_DATE)
    (True, ())
    """
    data = _data()
    numbers = [each for some in _NUMBERS.get(form, ()) for each in some]
    spoken = [in_words(each, feminine=form in _FEMININE) for each in numbers]
    frames = data.get(form.value, ())
    framed = [frame.format(each) for frame in frames for each in spoken]
    return tuple(dict.fromkeys([*data["alone"].get(form.value, ()), *framed]))


@cache
def _data() -> dict[str, Any]:
    raw = files(__package__).joinpath("said_values_pt_BR.toml").read_text("utf-8")
    return tomllib.loads(raw)
