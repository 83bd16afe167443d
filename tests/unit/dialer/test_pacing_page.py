"""The lines of docs/pacing.md that drive the core from outside do so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "pacing.md"


def test_the_lines_shown_on_the_page_pace_a_floor() -> None:
    found = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    names: dict[str, Any] = {}
    exec(found[1], names)  # noqa: S102 - our own page is what is tested
    assert names["placed"] >= 10
    assert names["talking"]
    assert names["pacer"].budgets[0].humans == len(names["talking"])
    assert names["pacer"].budgets[0].abandoned == pytest.approx(0.0)


def test_the_page_tells_of_every_reason() -> None:
    core = Path(__file__).parents[3] / "dialer" / "pacing"
    source = "".join(path.read_text("utf-8") for path in core.glob("pacer*.py"))
    codes = set(re.findall(r'Reason\(\s*"(\w+)"', source))
    codes |= set(re.findall(r'floor, "(\w+)"', source))
    codes |= set(re.findall(r'bounds\["(\w+)"\]', source))
    assert len(codes) >= 9
    page = PAGE.read_text("utf-8")
    assert [code for code in sorted(codes) if f"`{code}`" not in page] == []
