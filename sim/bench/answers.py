"""Each answer of a set heard once: in several processes, and kept.

What was heard is kept under what makes it: the sound, the phrases of the question, the
model, and the code from the sound to the scores. What is made of it is not: that is quick,
so that a threshold can be moved without listening again.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from foundation.embedded.program import die_with_parent
from sim.bench.kept import Kept, sum_of
from sim.bench.progress import Progress
from sim.openings.sounds import Sounds, name_of, read
from sim.utterances.labelled import Utterance
from sim.utterances.trial import Hearing, Trial, asked_for, hear, question_of, trial
from ura.adapters.espeak_voice import from_wav
from ura.adapters.whisper_phrases import WhisperPhrases
from ura.ports import Samples

#: modules between a sound and what is kept of it
_CODE = (
    "sim.utterances.trial",
    "ura.adapters.log_mel",
    "ura.adapters.voice_activity",
    "ura.adapters.whisper",
    "ura.adapters.whisper_phrases",
    "ura.adapters.whisper_tokens",
    "ura.dialogue.shortlist",
    "ura.dialogue.turn",
    "ura.dialogue.words",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Folders of sounds made here and of models; the file of what was heard."""

    sounds: Path
    models: Path
    kept: Path

    @property
    def whisper(self) -> Path:
        return self.models / "whisper"


@dataclass(frozen=True, slots=True)
class Job:
    """An answer to be heard; `file`, where it is no sound of ours."""

    answer: Utterance
    file: Path | None = None


Hear = Callable[[Sequence[Job]], Iterable[tuple[Job, Hearing]]]


def heard(places: Places, jobs: Sequence[Job], workers: int) -> list[Trial]:
    """Hear what was not heard before. Raises RecogniserMissing, VoiceUnavailable."""
    tools = _tools(places.whisper)
    keys = {job: key_of(job, tools) for job in jobs}
    return judged(Kept(places.kept), keys, lambda left: _heard(places, left, workers))


def judged(kept: Kept, keys: Mapping[Job, str], hear: Hear) -> list[Trial]:
    """Have what is not kept heard, each kept as it is; then make sense of all."""
    missing = [job for job, key in keys.items() if kept.get(key) is None]
    progress = Progress("respostas ouvidas", len(missing))
    for job, hearing in hear(missing):
        kept.keep(keys[job], asdict(hearing))
        progress.done()
    return [trial(job.answer, _hearing(kept.get(key) or {})) for job, key in keys.items()]


def _hearing(row: dict[str, Any]) -> Hearing:
    return Hearing(**{**row, "scores": tuple((p, s) for p, s in row["scores"])})


def _heard(
    places: Places, jobs: Sequence[Job], workers: int
) -> Iterator[tuple[Job, Hearing]]:
    """Those of one clip by one process, which makes it once."""
    groups = [list(group) for _, group in groupby(jobs, _clip)]
    if not groups:
        return
    with ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=_begin, initargs=(os.getpid(),)
    ) as pool:
        under_way = {pool.submit(_hear, places, group): group for group in groups}
        try:
            for done in as_completed(under_way):
                yield from zip(under_way[done], done.result(), strict=True)
        finally:
            pool.shutdown(cancel_futures=True)


def _clip(job: Job) -> tuple[str, str, float]:
    sound = job.answer.sound
    return (sound.voice or sound.id, sound.text, sound.speed)


def _begin(parent: int) -> None:
    """Ctrl-C is the parent's, who ends us in order; with it gone we are for nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent(signal.SIGKILL, parent)


def _hear(places: Places, jobs: Sequence[Job]) -> list[Hearing]:
    recogniser, sounds = _parts(places)
    return [hear(job.answer, _samples(sounds, job), recogniser) for job in jobs]


def _samples(sounds: Sounds, job: Job) -> Samples:
    if job.file is not None:
        return from_wav(job.file.read_bytes())
    return read(sounds.path(job.answer.sound, []))


@lru_cache(1)
def _parts(places: Places) -> tuple[WhisperPhrases, Sounds]:
    """Of one process."""
    return (
        WhisperPhrases(places.whisper),
        Sounds(places.sounds, places.models / "kokoro"),
    )


def key_of(job: Job, tools: str) -> str:
    """Changes with the sound, the question and what hears it."""
    of = (
        name_of(job.answer.sound) if job.file is None else sum_of([job.file]),
        asked_for(job.answer),
        asdict(question_of(job.answer).waits),
        tools,
    )
    return hashlib.sha256(json.dumps(of, sort_keys=True).encode()).hexdigest()[:32]


def _tools(whisper: Path) -> str:
    """The model and all that hears, as it is when we begin."""
    code = [Path(str(import_module(name).__file__)) for name in _CODE]
    model = sorted(path for path in whisper.glob("*") if path.is_file())
    return f"{sum_of([*code, *model])} {version('ctranslate2')}"
