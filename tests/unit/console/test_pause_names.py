"""Every pause that anybody may take has a name that people read on the live page."""

from __future__ import annotations

import json
import re
import tomllib

from agent_console.pages import environment
from agent_console.texts import TEXTS
from sim.world.agents import agent_habits
from tests.unit.house.tree import ROOT

FLOOR = {"login", "pause"}  # taken by the floor itself: at a login, and without a code


def codes_of_simulated_agents() -> set[str]:
    files = sorted((ROOT / "sim/scenarios").glob("*.toml"))
    assert files
    tables = [tomllib.loads(path.read_text("utf-8")).get("agents", {}) for path in files]
    return {agent_habits(table).break_code for table in tables}


async def test_the_live_page_names_every_pause() -> None:
    source = environment().loader.get_source(environment(), "supervision.html")[0]  # type: ignore[union-attr]
    words = re.search(r'<script type="application/json" id="texts">(.*)</script>', source)
    assert words
    template = environment().from_string(words[1])
    named = json.loads(await template.render_async(words={}))["pauses"]
    wanted = FLOOR | codes_of_simulated_agents() | TEXTS.section("pauses").keys()
    assert {"rest", "lunch"} <= wanted
    assert wanted - named.keys() == set()
    assert [name for code, name in named.items() if name == code] == []
