"""Who answered: both detectors on the labelled openings, beside what is aimed at.

The second detector (`words`) is ours and runs as it does in the URA, in the time of the
sound; the first (`times`) is Asterisk's AMD on a real Asterisk. Judged on the part of the
set that nothing was learned from; the others would flatter.
"""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from foundation.settings import ProcessSettings
from sim.bench.figures import Figure, NotMeasured
from sim.bench.listening.times import Timed, by_times
from sim.openings.labelled import Label, Part, labelled
from sim.openings.sounds import Sounds, read
from sim.openings.trial import RECORDED, Trial, timed, trial
from ura.adapters.kokoro_voice import VoiceUnavailable
from ura.adapters.whisper import RecogniserMissing, Whisper
from ura.answering.verdict import Who

WRONG, CAUGHT, DELAY_S = 0.01, 0.85, 2.5
SOONER_S = (4.0, 8.0)
QUICK_EVERY = 3  # of the openings, in the short form
LABELS: tuple[Label, ...] = ("person", "mailbox", "announcement", "tone", "noise")
_MODELS = ("kokoro", "whisper")
_PACKAGES = {"onnxruntime": "voices", "ctranslate2": "recognition"}


@dataclass(frozen=True, slots=True)
class Heard:
    """One opening, as both detectors took it."""

    words: Trial
    times: Timed | None

    @property
    def label(self) -> Label:
        return self.words.opening.label


def measure(quick: bool) -> list[Figure]:
    """Raises NotMeasured without the models, which nobody needs to make calls."""
    settings = ProcessSettings()
    models = settings.cache / "models"
    _lacking(models)
    sounds = Sounds(settings.home / "cache" / "openings", models / "kokoro")
    every = QUICK_EVERY if quick else 1
    heard = _heard("report", every, sounds, models / "whisper")
    return [*_judged(heard), *_confusion("report", heard)]


def _lacking(models: Path) -> None:
    for name in _MODELS:
        if not (models / name).is_dir():
            raise NotMeasured(f"faltam modelos: acordo models fetch {name}")
    for package, extra in _PACKAGES.items():
        if importlib.util.find_spec(package) is None:
            raise NotMeasured(f"falta {package}: pip install 'acordo[{extra}]'")


def _heard(part: Part, every: int, sounds: Sounds, models: Path) -> list[Heard]:
    of_part = labelled(part)
    openings = of_part[::every]
    try:
        recogniser = Whisper(models)
        files = [sounds.path(opening, of_part) for opening in openings]
    except (RecogniserMissing, VoiceUnavailable) as error:
        raise NotMeasured(str(error)) from error
    times = by_times(files)
    answer = timed(recogniser.text)
    return [
        Heard(trial(opening, read(file), answer), by_amd)
        for opening, file, by_amd in zip(openings, files, times, strict=True)
    ]


def _judged(heard: Sequence[Heard]) -> list[Figure]:
    people = [h for h in heard if h.label == "person"]
    recorded = [h for h in heard if h.label in RECORDED]
    wrong, caught = _machines(people), _machines(recorded)
    wrong_times, caught_times = _machines_by_times(people), _machines_by_times(recorded)
    delay_s = median(h.words.delay_s for h in heard)
    times = [h.times.delay_s for h in heard if h.times is not None]
    return [
        Figure(
            what=f"person called machine, of {len(people)} people unseen before",
            value=100 * wrong / len(people),
            unit="%",
            compared_with=f"AMD {wrong_times / len(people):.1%}",
            aim=f"<= {WRONG:.0%}",
            met=wrong <= WRONG * len(people),
        ),
        Figure(
            what=f"mailbox or announcement caught, of {len(recorded)} unseen before",
            value=100 * caught / len(recorded),
            unit="%",
            compared_with=f"AMD {caught_times / len(recorded):.1%}",
            aim=f">= {CAUGHT:.0%}",
            met=caught >= CAUGHT * len(recorded),
        ),
        *(_caught_within(seconds, recorded) for seconds in SOONER_S),
        Figure(
            what=f"answer to verdict, median of {len(heard)}",
            value=delay_s,
            unit="s",
            compared_with=f"AMD {median(times):.2f} s" if times else "",
            aim=f"<= {DELAY_S:g} s",
            met=delay_s <= DELAY_S,
        ),
        Figure(
            what="processor time of recognition per call",
            value=sum(h.words.recognising_s for h in heard) / len(heard),
            unit="s",
        ),
    ]


def _caught_within(seconds: float, recorded: Sequence[Heard]) -> Figure:
    """How soon: a machine's verdict may come late, in the place of a person's."""
    soon = _machines([h for h in recorded if h.words.delay_s <= seconds])
    return Figure(
        what=f"of those, within {seconds:g} s of the answer",
        value=100 * soon / len(recorded),
        unit="%",
    )


def _confusion(part: Part, heard: Sequence[Heard]) -> list[Figure]:
    """A row a label: what it was taken for by the one and the other."""
    rows = []
    for label in LABELS:
        mine = [h for h in heard if h.label == label]
        words = Counter(h.words.who for h in mine)
        times = Counter(h.times.who for h in mine if h.times is not None)
        told = f"{_others(words)}; AMD: machine {times['machine']}, {_others(times)}"
        rows.append(
            Figure(
                what=f"{part}: {label}, of {len(mine)} taken for a machine",
                value=words["machine"],
                unit="",
                compared_with=told,
            )
        )
    return rows


def _others(said: Counter[Who]) -> str:
    return f"person {said['person']}, unsure {said['unsure']}"


def _machines(heard: Sequence[Heard]) -> int:
    return sum(h.words.who == "machine" for h in heard)


def _machines_by_times(heard: Sequence[Heard]) -> int:
    return sum(h.times is not None and h.times.who == "machine" for h in heard)
