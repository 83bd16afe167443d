"""The labelled set of answers: each text by two voices, over three lines.

Pure. `tune` is to make rules on; `report` is only to measure on, and shares neither texts
nor voices with it. What chance decides hangs on the seed and on a text's own place.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal, get_args

import numpy as np

from sim.openings.labelled import Opening

Part = Literal["tune", "report"]
Kind = Literal["yes_no", "menu", "value", "off_topic"]
SEED = 20_261_122
#: name of a line -> decibels between speech and noise
LINES: dict[str, float] = {"clean": 60.0, "20 dB": 20.0, "10 dB": 10.0}
VOICES_EACH: dict[Part, int] = {"tune": 1, "report": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One answer; `means` empty: it belongs to no option. `value` as it is written."""

    kind: Kind
    state: str
    means: str
    value: str
    line: str
    sound: Opening  # as the makers of sounds take it


def labelled(part: Part) -> tuple[Utterance, ...]:
    """Every answer of one part, always the same."""
    raw = files(__package__).joinpath("texts.toml").read_text("utf-8")
    table = tomllib.loads(raw)[part]
    voices = table["voices"]
    return tuple(
        _utterance(
            part, entry, (group, place, nth), voices[(place + nth) % len(voices)], line
        )
        for group, entry in enumerate(table["set"])
        for place in range(len(entry["texts"]))
        for nth in range(VOICES_EACH[part])
        for line in LINES
    )


def _utterance(
    part: Part,
    entry: dict[str, Any],
    at: tuple[int, int, int],
    voice: str,
    line: str,
) -> Utterance:
    rng = np.random.default_rng([SEED, get_args(Part).index(part), *at])
    name = "-".join(map(str, at))
    sound = Opening(
        id=f"{part}-{name}-{line.split(maxsplit=1)[0]}",
        part="report",
        label="person",
        text=entry["texts"][at[1]],
        voice=voice,
        speed=float(rng.uniform(0.9, 1.15)),
        before_s=float(rng.uniform(0.6, 1.2)),
        level_dbfs=float(rng.uniform(-24.0, -17.0)),
        noise="none" if line == "clean" else "pink",
        snr_db=LINES[line],
        codec="alaw",
        seed=int(rng.integers(1 << 31)),
    )
    return Utterance(
        kind=entry["kind"],
        state=entry["state"],
        means=entry["means"],
        value=entry.get("value", ""),
        line=line,
        sound=sound,
    )
