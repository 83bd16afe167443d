"""The labelled set: what each opening is made of, drawn from one seed.

Pure. `report` is only to measure on and shares neither texts nor voices with the others,
which are to make rules on: `tune`; `seen`, `seen_later`, `seen_latest`, `writer_five`,
`writer_six` and `writer_nine`, which were measured on, one after the other, until their
errors had been read; and the texts of six writers more, none of whom knew the others'.
Rules are judged on a writer whom they do not know.
Everything that chance decides of an opening (voice, level, noise, codec, silence before the
first word) hangs on the seed and its own place in the list, so that one
more text changes no other opening.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

import numpy as np

#: their order is in the seeds: new ones go to the end
Part = Literal[
    "tune", "seen", "seen_later", "seen_latest",
    "writer_one", "writer_two", "writer_three", "writer_four", "writer_five", "writer_six",
    "writer_seven", "writer_eight", "writer_nine", "report",
]  # fmt: skip
Label = Literal["person", "mailbox", "announcement", "tone", "noise"]
Codec = Literal["alaw", "ulaw", "gsm"]
Noise = Literal["none", "pink", "babble", "hum"]
Sound = Literal[
    "", "beep", "sit", "ring", "fax", "busy", "dial", "modem", "music", "breath", "street"
]

SEED = 20_260_310
SPOKEN: tuple[Label, ...] = ("person", "mailbox", "announcement")
TONES: tuple[Sound, ...] = ("fax", "busy", "sit", "dial", "modem", "ring")
NOISES: tuple[Sound, ...] = ("breath", "street", "music", "")
#: one text in so many is read by espeak-ng too: of recordings, of people
ROBOT_EVERY, ROBOT_EVERY_AT_FIRST = (8, 1), (4, 2)
AT_FIRST: tuple[Part, ...] = ("tune", "seen")
COPIES = 2  # of each tone and noise, over another line


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One call as it sounds from the 200 OK on. Seconds; levels in dB."""

    id: str
    part: Part
    label: Label
    text: str = ""
    again: str = ""  # said `again_s` after the text, when nobody answers
    again_s: float = 0.0
    voice: str = ""  # empty: nobody speaks
    speed: float = 1.0
    before_s: float = 0.0  # of silence
    before: Sound = ""
    after: Sound = ""
    after_s: float = 0.0  # of silence between text and what comes after
    after_hz: float = 0.0  # of a beep
    sound: Sound = ""  # in the place of speech
    level_dbfs: float = -20.0
    snr_db: float = 40.0
    noise: Noise = "none"
    codec: Codec = "alaw"
    seed: int = 0

    @property
    def robot(self) -> bool:
        """Spoken by espeak-ng, not by a neural voice."""
        return self.voice.startswith("pt-br")


def labelled(part: Part) -> tuple[Opening, ...]:
    """Every opening of one part, always the same."""
    return (*_spoken(part, _tables()[part]), *_unspoken(part))


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("texts.toml").read_text("utf-8"))


def _spoken(part: Part, table: dict[str, list[str]]) -> Iterator[Opening]:
    voices, robots = table["voices"], table["robots"]
    for label in SPOKEN:
        neural = 2 if part == "seen" else 1
        every = ROBOT_EVERY_AT_FIRST if part in AT_FIRST else ROBOT_EVERY
        robot_every = every[label == "person"]
        for place, line in enumerate(table[label]):
            for nth in range(neural):
                voice = voices[(place + nth * 2 + nth) % len(voices)]
                yield _speaks(part, label, place, nth, line, voice)
            if place % robot_every == 1 % robot_every:
                voice = robots[place // robot_every % len(robots)]
                yield _speaks(part, label, place, neural, line, voice)


def _speaks(
    part: Part, label: Label, place: int, nth: int, line: str, voice: str
) -> Opening:
    rng = _rng(part, label, place * 10 + nth)
    text, _, again = (piece.strip() for piece in line.partition("|"))
    recorded = label != "person"
    after: Sound = "beep" if label == "mailbox" and rng.random() < 0.8 else ""
    before: Sound = ""
    if label == "announcement" and rng.random() < 0.35:
        before = "sit"
    elif not recorded and rng.random() < 0.08:
        before = "ring"
    return Opening(
        id=f"{part}-{label}-{place:02d}-{nth}",
        part=part, label=label, text=text, again=again, voice=voice,
        again_s=float(rng.uniform(1.6, 3.0)),
        speed=float(rng.uniform(0.9, 1.15)),
        before_s=float(rng.uniform(0.1, 1.0 if recorded else 1.4)),
        before=before, after=after,
        after_s=float(rng.uniform(0.2, 1.0)),
        after_hz=float(rng.choice((440.0, 800.0, 1000.0, 1400.0))),
        **_line(rng, quiet=recorded),
    )  # fmt: skip


def _unspoken(part: Part) -> Iterator[Opening]:
    kinds: tuple[tuple[Label, tuple[Sound, ...]], ...] = (
        ("tone", TONES),
        ("noise", NOISES),
    )
    for label, sounds in kinds:
        for place, sound in enumerate(sounds):
            for nth in range(COPIES):
                rng = _rng(part, label, place * 10 + nth)
                yield Opening(
                    id=f"{part}-{label}-{place:02d}-{nth}",
                    part=part, label=label, sound=sound,
                    before_s=float(rng.uniform(0.1, 1.0)),
                    **_line(rng, quiet=False),
                )  # fmt: skip


def _line(rng: np.random.Generator, *, quiet: bool) -> dict[str, Any]:
    """What the line does to it; recordings have no street behind them."""
    snr = (30.0, 25.0, 20.0) if quiet else (30.0, 20.0, 15.0, 10.0)
    return {
        "level_dbfs": float(rng.uniform(-27.0, -16.0)),
        "noise": str(rng.choice(get_args(Noise))),
        "snr_db": float(rng.choice(snr)),
        "codec": str(rng.choice(get_args(Codec))),
        "seed": int(rng.integers(1 << 31)),
    }


def _rng(part: Part, label: Label, place: int) -> np.random.Generator:
    parts, labels = get_args(Part), get_args(Label)
    return np.random.default_rng([SEED, parts.index(part), labels.index(label), place])
