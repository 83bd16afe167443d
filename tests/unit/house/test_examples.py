"""The examples in docstrings say what the code does."""

from __future__ import annotations

import doctest
import re
from importlib import import_module

import pytest

from tests.unit.house.tree import modules, shown

_EXAMPLE = re.compile(r"^\s+>>> ", re.MULTILINE)
EXEMPLARY = [
    shown(path).removesuffix(".py").replace("/", ".")
    for path in modules()
    if not shown(path).startswith("tests/") and _EXAMPLE.search(path.read_text("utf-8"))
]


@pytest.mark.parametrize("package", sorted({name.partition(".")[0] for name in EXEMPLARY}))
def test_each_example_gives_what_it_shows(package: str) -> None:
    wrong = []
    for name in EXEMPLARY:
        if name.partition(".")[0] != package:
            continue
        found = doctest.testmod(import_module(name))
        assert found.attempted > 0, f"{name}: no example of it could be found"
        wrong += [name] * found.failed
    assert wrong == []
