"""What people read of the floor's state, in pt-BR, from the catalogue beside this file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

CATALOGUE = Path(__file__).with_name("words_pt_BR.toml")


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Section -> code -> text."""
    return tomllib.loads(CATALOGUE.read_text("utf-8"))


def subject(kind: str, name: str) -> str:
    """
    >>> subject("agent", "agent001")
    'posição agent001'
    """
    return f"{words()['subjects'][kind]} {name}"
