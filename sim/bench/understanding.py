"""What the automatic conversation understands of the labelled set, beside the aims.

All voices are synthetic: the figures rank one way against another, they do not say how real
debtors are understood.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

from foundation.settings import ProcessSettings
from sim.bench.answers import Job, Places, heard
from sim.bench.figures import Figure, NotMeasured
from sim.bench.workers import processors
from sim.utterances.labelled import LINES, Kind, labelled
from sim.utterances.recordings import REAL, TABLE, BadRecordings, recorded
from sim.utterances.trial import Trial
from ura.adapters.kokoro_voice import VoiceUnavailable
from ura.adapters.whisper import RecogniserMissing
from ura.dialogue.intents import distance
from ura.dialogue.words import words
from ura.ports import VoiceFailed

REAL_FOLDER = "bench/respostas"  # below the state folder
QUICK_EVERY = 8  # of the answers, in the short form
#: kind and line -> the least share that must be right
AIMS: dict[tuple[Kind, str], float] = {
    ("yes_no", "clean"): 0.95,
    ("yes_no", "10 dB"): 0.90,
    ("menu", "clean"): 0.92,
    ("menu", "10 dB"): 0.86,
}
OFF_TOPIC = 0.05  # at most so much of it may be taken for an answer
_PACKAGES = {"onnxruntime": "voices", "ctranslate2": "recognition"}


def measure(quick: bool) -> list[Figure]:
    """Raises NotMeasured without the models, which nobody needs to make calls."""
    settings = ProcessSettings()
    models = settings.cache / "models"
    for package, extra in _PACKAGES.items():
        if importlib.util.find_spec(package) is None:
            raise NotMeasured(f"falta {package}: pip install 'acordo[{extra}]'")
    answers = labelled("report")[:: QUICK_EVERY if quick else 1]
    places = Places(
        sounds=settings.home / "cache" / "utterances",
        models=models,
        kept=settings.home / "bench" / "understanding-heard.jsonl",
    )
    try:
        real = recorded(settings.home / REAL_FOLDER)
        jobs = [Job(each) for each in answers] + [Job(*each) for each in real]
        trials = heard(places, jobs, processors())
    except (RecogniserMissing, VoiceUnavailable, BadRecordings, VoiceFailed) as error:
        raise NotMeasured(str(error)) from error
    return [*figures_of(trials[: len(answers)]), *_real(trials[len(answers) :])]


def figures_of(trials: Sequence[Trial]) -> list[Figure]:
    """Judge what was tried."""
    kinds: tuple[Kind, ...] = ("yes_no", "menu", "value")
    figures = [_right(trials, kind, line) for kind in kinds for line in LINES]
    figures += [_accepted(trials, line) for line in LINES]
    figures += [*_values(trials), *_by_voice(trials)]
    spent = [t.recognising_s for t in trials if t.heard]
    return [
        *figures,
        _word_errors(trials),
        Figure(
            what=f"answers in which no voice was heard, of {len(trials)}",
            value=sum(not t.heard for t in trials),
            unit="",
        ),
        Figure(
            what="processor time of recognition per answer",
            value=sum(spent) / len(spent) if spent else 0.0,
            unit="s",
        ),
    ]


def _values(trials: Sequence[Trial]) -> list[Figure]:
    """Each kind of value by itself, over all lines."""
    mine = [t for t in trials if t.utterance.kind == "value"]
    found = []
    for state in dict.fromkeys(t.utterance.state for t in mine):
        here = [t for t in mine if t.utterance.state == state]
        wrong = sum(bool(t.outcome) and not t.right for t in here)
        found.append(
            Figure(
                what=f"value of {state}: understood, of {len(here)}",
                value=100 * sum(t.right for t in here) / len(here),
                unit="%",
                compared_with=f"{_by_line(here)}; taken for another {wrong}",
            )
        )
    return found


def _by_voice(trials: Sequence[Trial]) -> list[Figure]:
    """Answers to questions with options: what a voice costs."""
    mine = [t for t in trials if t.utterance.kind in ("yes_no", "menu")]
    found = []
    for voice in sorted({t.utterance.sound.voice for t in mine}):
        here = [t for t in mine if t.utterance.sound.voice == voice]
        found.append(
            Figure(
                what=f"yes_no and menu by {voice}: understood, of {len(here)}",
                value=100 * sum(t.right for t in here) / len(here),
                unit="%",
                compared_with=_by_line(here),
            )
        )
    return found


def _by_line(trials: Sequence[Trial]) -> str:
    return ", ".join(
        f"{line} {sum(t.right for t in of)} of {len(of)}"
        for line in LINES
        if (of := [t for t in trials if t.utterance.line == line])
    )


def _word_errors(trials: Sequence[Trial]) -> Figure:
    """Words to change, add or leave out, of those said, where text was written."""
    written = [t for t in trials if t.text and t.utterance.means]
    said = sum(len(words(t.utterance.sound.text)) for t in written)
    wrong = sum(distance(words(t.text), words(t.utterance.sound.text)) for t in written)
    return Figure(
        what=f"words of free text that are wrong, in {len(written)} answers",
        value=100 * wrong / max(said, 1),
        unit="%",
    )


def _real(trials: Sequence[Trial]) -> list[Figure]:
    """Recordings of people, if there are any; and what the others are worth."""
    kinds: tuple[Kind, ...] = ("yes_no", "menu", "value")
    found = [
        _right(trials, kind, REAL)
        for kind in kinds
        if any(t.utterance.kind == kind for t in trials)
    ]
    if any(t.utterance.kind == "off_topic" for t in trials):
        found.append(_accepted(trials, REAL))
    caveat = Figure(
        what=f"recordings of people, in {REAL_FOLDER}/{TABLE}",
        value=len(trials),
        unit="",
        compared_with="all other voices are synthetic: they rank, they do not forecast",
    )
    return [*found, caveat]


def _right(trials: Sequence[Trial], kind: Kind, line: str) -> Figure:
    mine = [t for t in trials if t.utterance.kind == kind and t.utterance.line == line]
    right = sum(t.right for t in mine)
    refused = sum(not t.outcome for t in mine)
    aim = AIMS.get((kind, line))
    return Figure(
        what=f"{kind}, {line}: understood, of {len(mine)}",
        value=100 * right / max(len(mine), 1),
        unit="%",
        compared_with=f"refused {refused}, wrong {len(mine) - right - refused}",
        aim="" if aim is None else f">= {aim:.0%}",
        met=None if aim is None or not mine else right >= aim * len(mine),
    )


def _accepted(trials: Sequence[Trial], line: str) -> Figure:
    mine = [
        t for t in trials if t.utterance.kind == "off_topic" and t.utterance.line == line
    ]
    taken = sum(bool(t.outcome) for t in mine)
    return Figure(
        what=f"off topic, {line}: taken for an answer, of {len(mine)}",
        value=100 * taken / max(len(mine), 1),
        unit="%",
        aim=f"<= {OFF_TOPIC:.0%}",
        met=taken <= OFF_TOPIC * len(mine) if mine else None,
    )
