"""A machine whose clock is far from the database's says so, and does not work with it."""

from __future__ import annotations

import asyncio
import time

import pytest
from click.testing import CliRunner
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.cli import main
from foundation.db.skew import ClockSkewed, Skew, require_clock


@pytest.mark.parametrize(
    ("seconds", "doubt_s", "beyond"), [(31, 0.5, True), (-31, 0.5, True), (31, 1.5, False)]
)
def test_what_the_answer_took_on_its_way_is_nobodys_skew(
    seconds: float, doubt_s: float, beyond: bool
) -> None:
    assert Skew(seconds, doubt_s).beyond(30) is beyond


@pytest.mark.parametrize(("off_s", "side"), [(600, "adiantado"), (-600, "atrasado")])
async def test_a_wrong_clock_is_told_with_its_side(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch, off_s: int, side: str
) -> None:
    await require_clock(engine)
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + off_s)
    with pytest.raises(ClockSkewed, match=rf"está (600|599|601) s {side}"):
        await require_clock(engine)


async def test_tables_are_not_touched_with_a_wrong_clock(
    settings_env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + 600)
    run = CliRunner().invoke
    answer = await asyncio.to_thread(run, main, ["db", "upgrade"], env=settings_env)
    assert answer.exit_code == 1
    (line,) = answer.output.splitlines()
    assert "acerte os dois (chrony)" in line
