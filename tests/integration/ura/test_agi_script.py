"""The conversation as a plain AGI script, told by hand and run by a real Asterisk."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.real_switch import RealSwitch, eventually

SCRIPT = (sys.executable, "-m", "foundation", "ura", "script")
DAYS = ("WEEKDAY", "SATURDAY", "SUNDAY", "HOLIDAY")
DESCRIBED = "agi_request: script\nagi_callerid: 5511900012345\n\n"
OPEN, CLOSED = "00:00-24:00", ""


def hours(text: str) -> dict[str, str]:
    return {f"ACORDO_URA__{day}": text for day in DAYS}


def told(*answers: str, open_: str = OPEN) -> subprocess.CompletedProcess[str]:
    """What it says when the switch answers so, and then is gone."""
    return subprocess.run(
        SCRIPT, input=DESCRIBED + "".join(f"{answer}\n" for answer in answers),
        env=hours(open_) | {"PATH": "/usr/bin:/bin"}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def test_open_it_greets_and_leaves_what_comes_next() -> None:
    done = told("200 result=1", "200 result=0 endpos=43200")
    first, second = done.stdout.splitlines()
    assert first == 'SET VARIABLE ACORDO_NEXT "agent"'
    assert re.fullmatch(r'STREAM FILE "/.+/prompts/pt_BR/inbound_welcome" ""', second)
    assert (done.returncode, done.stderr) == (0, "")  # nobody keeps the caller's number


def test_closed_it_plays_nothing() -> None:
    done = told("200 result=1", open_=CLOSED)
    assert done.stdout.splitlines() == ['SET VARIABLE ACORDO_NEXT "closed"']
    assert done.returncode == 0


@pytest.mark.parametrize(
    "answers",
    [
        (),  # the switch is gone
        ("511 Command Not Permitted on a dead channel or intercept routine",),
        ("200 result=1", "200 result=-1 endpos=0", "511 Command Not Permitted"),
        ("200 result=1", "200 result=-1 endpos=0", "200 result=0"),  # the sound is missing
        ("\xff\x00 nonsense",),
    ],
)
def test_who_is_gone_or_not_understood_ends_it_quietly(
    answers: tuple[str, ...],
) -> None:
    done = told(*answers)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("SET VARIABLE ACORDO_NEXT")


async def test_a_real_switch_runs_it(real_switch: RealSwitch) -> None:
    """A dialplan of somebody's own, with nothing in it but the script."""
    command = ",".join(
        ("/usr/bin/env", *(f"{key}={value}" for key, value in hours(OPEN).items()), *SCRIPT)
    )
    switch, context = real_switch.main, "scripted"
    needed = ("res_clioriginate.so", "func_global.so")
    for module in needed:
        assert "Loaded" in switch.cli(f"module load {module}")
    after = "Set(GLOBAL(DECIDED)=${ACORDO_NEXT}-${AGISTATUS})"
    steps = ("Answer()", f"AGI({command})", after)
    for place, step in enumerate(steps, 1):
        switch.cli(f"dialplan add extension 1,{place},{step} into {context}")
    switch.cli(f"channel originate Local/1@{context} application Wait 30")

    async def decided() -> bool:
        return "DECIDED=agent-SUCCESS" in switch.cli("dialplan show globals")

    try:
        await eventually(decided)
        assert await decided()
    finally:
        switch.cli(f"dialplan remove context {context}")
        switch.cli("channel request hangup all")
        for module in needed:
            switch.cli(f"module unload {module}")
