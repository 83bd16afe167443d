"""Contacts are written in one place each, where the policy's answer is in hand."""

from __future__ import annotations

import re

import pytest

from tests.unit.house.tree import ROOT

PRODUCT = ("agent_console", "cobranca", "dialer", "ura")
WRITES = re.compile(r"insert\(\s*(AttemptRow|ContactRow)\b|INSERT INTO (attempt|contact)\b")
# calls that come in are written by the call log, in a batch of rows without verdicts
PLACES = {
    "dialer/campaigns/placing.py": "attempt",
    "cobranca/compliance/gate.py": "contact",
}


def writers() -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for package in PRODUCT
        for path in (ROOT / package).rglob("*.py")
        if WRITES.search(path.read_text("utf-8"))
    }


def test_nobody_else_writes_contacts() -> None:
    assert writers() == PLACES.keys()


@pytest.mark.parametrize("path", sorted(PLACES))
def test_who_writes_has_asked(path: str) -> None:
    assert "Ruling" in (ROOT / path).read_text("utf-8")
