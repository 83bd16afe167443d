"""Ten people call over real SIP and speak; each conversation ends in the right record.

What they say is committed sound. A recogniser that knows it by ear stands in for a model
here; `test_spoken_conversations.py` has the same people, and all others, understood by the
real one.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.settings import ProcessSettings
from foundation.sound import tone
from sim.callers.personas import personas
from sim.callers.voices import Lines, committed
from tests.builders.known_lines import KnownLines
from tests.integration.conversations.calls import over
from tests.integration.conversations.persons import persons
from tests.integration.conversations.spoken import (
    all_call,
    cast,
    record_of,
    turns_of,
    wanted_of,
)
from tests.integration.conversations.ura_here import ura_here
from tests.real_switch import RealSwitch
from ura.ports import Samples

PIECE_S, INTO_S = 0.1, 0.05  # of what is said to a caller; short, for nobody listens
AT_ONCE = 5  # all in this one process, callers and robot


class Tones:
    """A Voice that says everything in a tenth of a second."""

    async def say(self, text: str, *, last: bool) -> Samples:
        return tone((500.0,), PIECE_S)


@pytest.mark.timeout(600)
async def test_conversations_by_voice_end_in_the_right_record(
    engine: AsyncEngine,
    settings: ProcessSettings,
    real_switch: RealSwitch,
    tmp_path: Path,
) -> None:
    chosen = [persona for persona in personas() if persona.quick]
    assert len(chosen) >= 10
    roles = cast(chosen, await persons(engine, settings, len(chosen)))
    lines = Lines(tmp_path, tmp_path)
    known = {text: lines.line(voice, speed, text) for voice, speed, text in committed()}
    numbers = [role.number for role in roles]
    async with ura_here(
        engine, settings, real_switch, numbers, voice=Tones(), recogniser=KnownLines(known)
    ):
        await all_call(real_switch, roles, lines, at_once=AT_ONCE, into_s=INTO_S)
        calls = await over(engine, numbers)
    for role in roles:
        call = calls[role.number]
        found = await record_of(engine, real_switch.home, role, call)
        told = f"{role.persona.name}\n{await turns_of(engine, call.id)}"
        assert found == wanted_of(role, found), told
