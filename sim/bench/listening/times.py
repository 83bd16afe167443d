"""The first detector on the openings: Asterisk's own AMD, by a real Asterisk.

Each opening is played on one half of a Local channel while AMD hears the other, with the
product's own settings, a few at a time; what it says is read from the switch's database.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dialer.answering.answer import Who
from foundation.embedded import asterisk, switch
from foundation.embedded.program import running
from foundation.embedded.templates import render
from foundation.home import Home
from foundation.settings import ProcessSettings
from sim.throw_away import throw_away

TEMPLATES = Path(__file__).with_name("config")
AT_ONCE = 30
LONGEST_S = 60.0  # for some of at most 5 s each, on a busy machine
_LOOK_S = 0.2
_ROW = re.compile(r"^/amd/(?P<name>\d+)\s*: (?P<who>[A-Z]+):(?P<ms>-?\d+)", re.MULTILINE)
_WHO: dict[str, Who] = {"HUMAN": "person", "MACHINE": "machine"}


@dataclass(frozen=True, slots=True)
class Timed:
    """What AMD said, and how long after the answer."""

    who: Who
    delay_s: float


def by_times(files: Sequence[Path]) -> list[Timed | None]:
    """AMD's verdict on each file; None: it said nothing in time."""
    with throw_away(processes=(), more={}) as home:
        settings = ProcessSettings()
        home.prepare()
        instance = _instance(settings, home, files)
        found: dict[int, Timed] = {}
        with running(instance.program(), home.logs / "openings.log"):
            for begin in range(0, len(files), AT_ONCE):
                some = range(begin, min(begin + AT_ONCE, len(files)))
                found |= _played(instance, some)
    return [found.get(number) for number in range(len(files))]


def _instance(
    settings: ProcessSettings, home: Home, files: Sequence[Path]
) -> asterisk.Instance:
    prefix = asterisk.unpacked(settings, lambda _line: None)
    instance = asterisk.Instance("asterisk-openings", home, prefix)
    instance.prepare({"transmit_silence": "yes"})
    sounds = instance.root / "openings"
    sounds.mkdir()
    for number, file in enumerate(files):
        shutil.copyfile(file, sounds / f"{number:04d}.wav")
    render(TEMPLATES, instance.root, {"sounds": str(sounds)})
    ours = switch.PROJECT / settings.asterisk.config_dir / "amd.conf"
    shutil.copyfile(ours, instance.root / "etc" / "amd.conf")
    (instance.spool / "outgoing").mkdir(mode=0o700)
    return instance


def _played(instance: asterisk.Instance, numbers: range) -> dict[int, Timed]:
    for number in numbers:
        _play(instance, f"{number:04d}")
    until = time.monotonic() + LONGEST_S
    while True:
        time.sleep(_LOOK_S)
        found = _told(instance)
        if all(number in found for number in numbers) or time.monotonic() > until:
            return {number: found[number] for number in numbers if number in found}


def _play(instance: asterisk.Instance, name: str) -> None:
    lines = (
        f"Channel: Local/{name}@plays/n",
        "MaxRetries: 0",
        "WaitTime: 30",
        "Context: hears",
        f"Extension: {name}",
        "Priority: 1",
    )
    draft = instance.spool / f"{name}.call"
    draft.write_text("\n".join(lines) + "\n", "ascii")
    draft.rename(instance.spool / "outgoing" / draft.name)


def _told(instance: asterisk.Instance) -> dict[int, Timed]:
    shown = instance.cli("database show amd")
    return {
        int(row["name"]): Timed(_WHO.get(row["who"], "unsure"), int(row["ms"]) / 1000)
        for row in _ROW.finditer(shown)
    }
