"""Answers of the labelled set are heard once: what was broken off goes on where it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from sim.bench.answers import Job, judged, key_of
from sim.bench.kept import Kept, sum_of
from sim.bench.progress import Progress
from sim.utterances.labelled import Utterance, labelled
from sim.utterances.trial import Hearing

JOBS = [Job(each) for each in labelled("tune")[:4]]


class BrokenOff(Exception):
    """As by Ctrl-C."""


def hears(jobs: Sequence[Job]) -> Iterator[tuple[Job, Hearing]]:
    for job in jobs:
        score = (job.answer.sound.text, -1.0)
        yield job, Hearing(voiced=True, text="", scores=(score,), spent_s=0.5)


def breaks_off(jobs: Sequence[Job]) -> Iterator[tuple[Job, Hearing]]:
    yield from hears(jobs[:2])
    raise BrokenOff


def test_what_was_heard_before_it_was_broken_off_is_not_heard_again(tmp_path: Path) -> None:
    path = tmp_path / "heard.jsonl"
    keys = {job: key_of(job, "") for job in JOBS}
    with pytest.raises(BrokenOff):
        judged(Kept(path), keys, breaks_off)
    with path.open("a") as lines:
        lines.write('\n{"key": "cut o')
    asked: list[Job] = []

    def rest(jobs: Sequence[Job]) -> Iterator[tuple[Job, Hearing]]:
        asked.extend(jobs)
        return hears(jobs)

    first = judged(Kept(path), keys, rest)
    assert asked == JOBS[2:]
    assert [each.utterance for each in first] == [job.answer for job in JOBS]
    assert judged(Kept(path), keys, rest) == first
    assert asked == JOBS[2:]


def test_the_sound_the_question_and_what_hears_make_the_key(tmp_path: Path) -> None:
    (one,) = JOBS[:1]

    def other(**changes: object) -> Job:
        return Job(replace(one.answer, **changes))  # type: ignore[arg-type]

    def sounds(**changes: object) -> Job:
        return other(sound=replace(one.answer.sound, **changes))  # type: ignore[arg-type]

    file = tmp_path / "a.wav"
    file.write_bytes(b"RIFF")
    jobs = [one, other(state="reason"), sounds(voice="pm_santa"), sounds(snr_db=10.0)]
    keys = [key_of(job, "model 1") for job in [*jobs, sounds(text="Quem?")]]
    keys += [key_of(one, "model 2"), key_of(Job(one.answer, file), "model 1")]
    file.write_bytes(b"RIFX")
    keys.append(key_of(Job(one.answer, file), "model 1"))
    assert len(set(keys)) == len(keys)
    assert key_of(other(means="no"), "model 1") == keys[0]  # judged, not heard


def test_the_sum_of_files_changes_with_a_name_and_with_what_is_inside(
    tmp_path: Path,
) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("x")
    second.write_text("x")
    before = sum_of([first])
    assert before != sum_of([second])
    first.write_text("y")
    assert before != sum_of([first])


def test_progress_is_told_now_and_then_with_the_time_that_is_left() -> None:
    now = [0.0]
    told: list[str] = []
    progress = Progress("respostas", 100, tell=told.append, clock=lambda: now[0])
    for second in range(1, 41):
        now[0] = float(second)
        progress.done()
    assert told == [
        "respostas: 10 de 100, faltam 2 min",
        "respostas: 20 de 100, faltam 80 s",
        "respostas: 30 de 100, faltam 70 s",
        "respostas: 40 de 100, faltam 60 s",
    ]


def test_each_answer_is_another_job() -> None:
    answers: tuple[Utterance, ...] = (*labelled("tune"), *labelled("report"))
    assert len({key_of(Job(each), "") for each in answers}) == len(answers)
