"""The diagram of a flow: every state and every way is in it."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from ura.flow.drawing import drawing
from ura.flow.graph import edges
from ura.scripts.flows import SHIPPED, shipped
from ura.ura_cli import ura


@pytest.mark.parametrize("name", SHIPPED)
def test_every_state_and_every_way_is_drawn(name: str) -> None:
    flow = shipped(name)
    picture = drawing(flow, whole=True)
    ways = re.findall(r'^    (\w+) -->\|"(\w+)(?: · \d)?"\| (\w+)$', picture, re.MULTILINE)
    assert set(ways) == set(edges(flow))
    assert [
        s for s in flow.states if not re.search(rf"^    {s}[\[{{(]", picture, re.MULTILINE)
    ] == []


def test_what_comes_before_the_identification_is_dashed() -> None:
    (dashed,) = re.findall(r"class (\S+) unsure", drawing(shipped("receptive")))
    assert "birth" in dashed.split(",")
    assert "reason" not in dashed.split(",")


def test_the_command_writes_it_and_refuses_an_unknown_flow() -> None:
    done = CliRunner().invoke(ura, ["draw", "active"])
    assert (done.exit_code, done.output) == (0, drawing(shipped("active")))
    assert CliRunner().invoke(ura, ["draw", "other"]).exit_code == 2
