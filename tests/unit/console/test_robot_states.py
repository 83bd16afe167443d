"""«Conversas da URA» says in Portuguese where a conversation was: each of its states."""

from __future__ import annotations

import tomllib

from agent_console.texts import TEXTS
from tests.unit.house.tree import ROOT


def test_every_state_of_a_flow_has_its_words() -> None:
    files = sorted((ROOT / "ura/scripts/flows").glob("*.toml"))
    assert files
    tables = [tomllib.loads(path.read_text("utf-8")) for path in files]
    states = {name for table in tables for name in table.get("state", {})}
    words = TEXTS.section("robot_states")
    assert "proposal" in states
    assert words.keys() == states
    assert [name for name, said in words.items() if said == name] == []
