"""Everybody who may call, over real SIP, understood by the real model.

Needs the models (`acordo models fetch whisper`, `kokoro`) and the packages of the extras
`recognition` and `voices`; without them it fails, and says so. `test_by_voice.py` of the
integration tests has ten of these calls without a model.
"""

from __future__ import annotations

import importlib.util

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.settings import ProcessSettings
from sim.callers.personas import Persona, personas
from sim.callers.voices import Lines
from tests.builders.processes import Processes
from tests.integration.conversations.calls import a_ura, over
from tests.integration.conversations.persons import persons
from tests.integration.conversations.spoken import (
    all_call,
    cast,
    record_of,
    turns_of,
    wanted_of,
)
from tests.real_switch import RealSwitch

MODELS = ProcessSettings().cache / "models"
LACKS = [
    name
    for name in ("ctranslate2", "onnxruntime")
    if importlib.util.find_spec(name) is None
] + [
    str(file)
    for file in (MODELS / "whisper" / "model.bin", MODELS / "kokoro" / "pm_alex.bin")
    if not file.is_file()
]
BATCH = 4  # a batch is some minutes, and can be run by itself
AT_ONCE = 2  # on two cores: what is measured here is sense, not capacity
BATCHES = [personas()[at : at + BATCH] for at in range(0, len(personas()), BATCH)]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: batch[0].name)
async def test_whoever_calls_leaves_the_right_record(
    batch: tuple[Persona, ...],
    engine: AsyncEngine,
    settings: ProcessSettings,
    processes: Processes,
    real_switch: RealSwitch,
) -> None:
    assert not LACKS, f"not on this machine: {', '.join(LACKS)}"
    roles = cast(batch, await persons(engine, settings, len(batch)))
    lines = Lines(MODELS.parent / "callers", MODELS / "kokoro")
    for role in roles:
        for text in role.persona.says:
            lines.of(role.persona, text)  # not while somebody waits for it
    numbers = [role.number for role in roles]
    await a_ura(processes, real_switch, *numbers, speech=1)
    await all_call(real_switch, roles, lines, at_once=AT_ONCE, into_s=0.05)
    calls = await over(engine, numbers)
    wrong = []
    for role in roles:
        call = calls[role.number]
        found = await record_of(engine, real_switch.home, role, call)
        if found != wanted_of(role, found):
            wrong.append(f"{role.persona.name}: {found}\n{await turns_of(engine, call.id)}")
    assert not wrong, "\n\n".join(wrong)
