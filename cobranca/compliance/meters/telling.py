"""What a reading says to people, in one sentence. Pure but for the words, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from babel.numbers import format_decimal, format_percent

from cobranca.compliance.meters.model import Lines, Reading, Scope


def sentence(reading: Reading, lines: Lines) -> str:
    """Tell the reading, or the brake that it pulls."""
    words = texts()["stopped" if reading.brake else "told"][reading.meter]
    what = thing(reading.scope, reading.name)
    calls = lines.calls_per_month if reading.meter == "month" else lines.calls_per_day
    abandoned = reading.meter == "abandonment"
    share = lines.abandoned_share if abandoned else lines.short_share
    return words.format(
        what=what,
        share=_percent(reading.share),
        used=_percent(reading.used),
        calls=_whole(reading.calls),
        line_calls=_whole(calls),
        line_share=_percent(share),
    )


def thing(scope: Scope, name: str) -> str:
    """Of what a reading is: `o CNPJ 12345678`."""
    return texts()["scopes"][scope].format(name=name)


def source(reading: Reading) -> str:
    """Where the reading's line comes from, with the day on which that was read."""
    return texts()["sources"][reading.meter]


@cache
def texts() -> dict[str, dict[str, str]]:
    """The catalogue, by section."""
    file = files("cobranca.compliance.meters") / "texts.toml"
    return tomllib.loads(file.read_text("utf-8"))


def _percent(share: float) -> str:
    return format_percent(share, "0.#%", locale="pt_BR")


def _whole(number: int) -> str:
    return format_decimal(number, "#,##0", locale="pt_BR")
