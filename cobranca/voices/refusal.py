"""Why a recording is not taken, in words that say what to do (`words_pt_BR.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from babel.numbers import format_decimal


class RecordingRefused(ValueError):
    """A recording that cannot be spoken to debtors; `code` is a key of the catalogue."""

    def __init__(self, code: str, **fields: float | str) -> None:
        super().__init__(code)
        self.code = code
        self._fields = fields

    def __str__(self) -> str:
        return said("refused", self.code, **self._fields)


def said(section: str, code: str, **fields: float | str) -> str:
    """A sentence of the catalogue; numbers as people here write them."""
    return _words()[section][code].format_map({k: _written(v) for k, v in fields.items()})


def _written(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return str(format_decimal(value, "#,##0.#", locale="pt_BR"))


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = files("cobranca.voices").joinpath("words_pt_BR.toml").read_text("utf-8")
    return tomllib.loads(text)
