"""The labelled openings, and what is learned from their texts."""

from __future__ import annotations

from typing import get_args

import pytest

from sim.openings.labelled import Opening, Part, labelled
from sim.openings.learning import (
    OURS,
    WRITERS,
    Spoken,
    as_csv,
    beginnings,
    judged,
    learned,
    written,
)
from ura.answering.sounds_like import words
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
    seen = {o.writer for o in written()}
    assert seen == {OURS, *WRITERS}
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


def test_a_writer_is_judged_by_what_the_others_wrote() -> None:
    alone = [o for o in LITTLE if o.writer == OURS]
    stranger = Spoken("another", recorded=True, beginnings=("recado urgente",))
    ((opening, odds),) = judged([*alone, *alone, *alone, stranger], "another")
    assert opening is stranger
    again = Wording(learned([*alone, *alone, *alone])).leaning("recado urgente").odds
    assert odds == pytest.approx(again)


def test_what_ships_tells_the_texts_it_was_learned_from() -> None:
    def most(of: Spoken) -> float:
        return max(known().leaning(text).odds for text in of.beginnings[-3:])

    theirs = [o for o in written() if o.writer in WRITERS]
    people = [
        o.beginnings[-1] for o in theirs if not o.recorded and most(o) >= RECORDED_ODDS
    ]
    recorded = [most(o) >= RECORDED_ODDS for o in theirs if o.recorded]
    assert people == []
    assert sum(recorded) >= 0.9 * len(recorded)
