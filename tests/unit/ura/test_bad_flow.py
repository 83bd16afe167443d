"""A flow with an error holds no conversation, and the log says in which line."""

from __future__ import annotations

import pytest

from foundation.clock import SystemClock
from foundation.db.engine import connect
from ura import talking_means
from ura.flow.nodes import Flow
from ura.flow.reading import BadFlow, Problem
from ura.scripts.flows import SHIPPED, shipped
from ura.settings import Ura, UraSettings


@pytest.mark.parametrize("refused", SHIPPED)
async def test_calls_go_to_agents_and_the_line_is_told(
    refused: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(name: str) -> Flow:
        if name != refused:
            return shipped(name)
        raise BadFlow((Problem(f"{name}.toml", 31, "não há o estado “cpff”"),))

    monkeypatch.setattr(talking_means, "shipped", broken)
    settings = UraSettings(ura=Ura(talks_on="551130000100"))
    engine = connect(settings, pool_size=1)  # nobody asks it
    async with talking_means.talks_of(settings, engine, SystemClock, wanted=True) as talks:
        assert talks is None
    assert caplog.text.count("flow_refused") == 1
    assert f"{refused}.toml:31" in caplog.text
    await engine.dispose()
