"""The page for counsel names every rule, with the source and the day it was read."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from tests.unit.house.tree import ROOT

RULES = tomllib.loads((ROOT / "cobranca/compliance/rules.toml").read_text("utf-8"))["rule"]
ROWS = {
    line.split("`")[1]: line
    for line in (ROOT / "docs/conformidade.md").read_text("utf-8").splitlines()
    if line.startswith("| `")
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["code"]))
def test_the_page_says_where_each_rule_comes_from(rule: dict[str, Any]) -> None:
    row = ROWS[rule["code"]]
    read = f"{rule['read_on']:%d/%m/%Y}" if "read_on" in rule else "não"
    read = "cautela" if rule.get("caution") else read
    assert f"| {rule['source']} | {rule['since']} | {read} |" in row


def test_the_page_names_no_rule_that_is_gone() -> None:
    assert ROWS.keys() == {rule["code"] for rule in RULES}
