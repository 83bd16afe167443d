"""The labelled openings, and what is learned from their texts."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from sim.openings.judging import of_all, weighed, without
from sim.openings.labelled import Opening, Part, labelled
from sim.openings.learning import (
    OURS,
    Spoken,
    as_csv,
    beginnings,
    heard,
    learned,
    written,
)
from sim.openings.overhearing import WRITERS, Undecided, in_turn, overheard, rows
from sim.openings.trial import Asked, played, remembered, trial
from tests.unit.ura.test_hearing import quiet, speech
from ura.answering.listener import MOST_ASKS
from ura.answering.sounds_like import words
from ura.answering.together import ALWAYS as ALWAYS_TOGETHER
from ura.answering.together import WEIGHTS
from ura.answering.verdict import RECORDED_ODDS
from ura.answering.wording import Wording, known

PEOPLE = ("alô quem fala", "oi pode falar", "alô pois não", "quem é")
RECORDINGS = ("deixe seu recado", "grave seu recado", "deixe a mensagem", "o recado")
LITTLE = [
    Spoken(writer, recorded, (text,))
    for writer in (OURS, "another")
    for recorded, texts in ((False, PEOPLE), (True, RECORDINGS))
    for text in texts
]


def plain(opening: Opening) -> str:
    return " ".join(words(f"{opening.text} {opening.again}"))


def test_the_report_shares_neither_voices_nor_texts_with_what_is_tuned_on() -> None:
    parts = [o for part in get_args(Part) if part != "report" for o in labelled(part)]
    report = [o for o in labelled("report") if o.voice]
    assert len(report) >= 200
    assert {o.voice for o in report}.isdisjoint({o.voice for o in parts})
    long = {plain(o) for o in parts if len(plain(o).split()) > 4}
    assert long.isdisjoint({plain(o) for o in report})


def test_nothing_is_learned_from_the_report() -> None:
    seen = {o.writer for o in [*written(), *heard()]}
    assert seen == {OURS, *WRITERS}
    assert not {name for name in overheard() if name.startswith("report")}
    theirs = {o.beginnings for o in written() if o.writer != OURS}
    report = {o.text for o in labelled("report") if len(o.text.split()) > 4}
    assert report.isdisjoint({cut[-1] for cut in theirs})


def test_an_opening_is_the_same_each_time_and_whatever_else_is_drawn() -> None:
    assert labelled("seen") == labelled("seen")
    assert len({o.id for part in get_args(Part) for o in labelled(part)}) == sum(
        len(labelled(part)) for part in get_args(Part)
    )


def test_an_opening_is_heard_from_its_beginning_on() -> None:
    assert beginnings("Alô.") == ("Alô.",)
    assert beginnings("um dois três quatro cinco") == (
        "um dois", "um dois três quatro", "um dois três quatro cinco",
    )  # fmt: skip


def test_what_is_learned_tells_the_two_apart_and_is_the_same_each_time() -> None:
    weights = learned(LITTLE)
    wording = Wording(weights)
    assert all(wording.leaning(text).odds < 0 for text in PEOPLE)
    assert all(wording.leaning(text).odds > 0 for text in RECORDINGS)
    assert as_csv(weights) == as_csv(learned(LITTLE))


def test_a_writer_is_judged_by_what_the_others_said() -> None:
    writer = WRITERS[0]
    alone = [o for o in LITTLE if o.writer == OURS] * 3
    stranger = Spoken(writer, recorded=True, beginnings=("recado urgente",))
    known_only = Wording(learned(alone)).leaning("recado urgente")
    assert without(writer, [*alone, stranger]).leaning("recado urgente") == known_only


def test_what_texts_weigh_together_is_learned_from_whole_openings() -> None:
    # the mean tells the one from the other, the last text alone does not
    rows_of = {
        f"{n}": (recorded, [(last, mean, 0.0)])
        for n in range(20)
        for recorded, mean in ((n % 2 == 1, 4.0 if n % 2 else -4.0),)
        for last in (5.0,)
    }
    last, mean, kept_share, _ = weighed(rows_of)
    assert mean > 0.3
    assert (last, kept_share) == pytest.approx((0.0, 0.0), abs=1e-6)


def test_what_ships_tells_the_openings_it_was_learned_from() -> None:
    asked, wording = overheard(), known()
    people: list[str] = []
    recorded: list[bool] = []
    for part in WRITERS:
        for opening in labelled(part):
            told = [total(t) for t in of_all(asked.get(opening.id, ()), wording)]
            machine = max(told, default=0.0) >= RECORDED_ODDS
            if opening.label == "person":
                people += [opening.id] * machine
            elif opening.id in asked and not opening.robot:
                recorded.append(machine)
    assert people == []
    assert sum(recorded) >= 0.85 * len(recorded)


def total(told: tuple[float, ...]) -> float:
    return ALWAYS_TOGETHER + sum(w * f for w, f in zip(WEIGHTS, told, strict=True))


def test_an_opening_that_was_overheard_is_told_again_without_a_recogniser() -> None:
    opening = next(o for o in labelled("writer_one") if o.label == "mailbox")
    sound = np.concatenate([quiet(0.5), speech(5.0), quiet(7.0)])
    said = "sua chamada está sendo encaminhada para a caixa postal"
    asked = played(Undecided(), sound, lambda ask: Asked(ask.until_s, 0.3, said))
    assert len(asked) == MOST_ASKS
    told = trial(opening, sound, remembered(asked))
    assert (told.who, told.kind) == ("machine", "mailbox")
    assert told.recognising_s < 0.3 * len(asked)  # who is sure asks no more
    with pytest.raises(LookupError):
        trial(opening, np.concatenate([quiet(0.3), sound]), remembered(asked))


def test_what_was_overheard_is_kept_as_it_was(tmp_path: Path) -> None:
    spoken, silent = labelled("tune")[:2]
    asked = [Asked(0.7, 0.2, 'Alô, "quem"?'), Asked(1.3, 0.25, "")]
    path = tmp_path / "overheard.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([*rows(spoken, asked), *rows(silent, [])])
    assert overheard(path) == {spoken.id: asked, silent.id: []}
    assert overheard(tmp_path / "none.csv") == {}


def test_every_writer_comes_in_turn_and_the_report_never() -> None:
    order = in_turn()
    assert {o.part for o in order} == set(WRITERS)
    assert len(order) == sum(bool(o.voice) for part in WRITERS for o in labelled(part))
    first = order[: len(order) // 4]
    assert {o.part for o in first} == set(WRITERS)
    assert sum(o.label == "person" for o in first) > len(first) / 2
