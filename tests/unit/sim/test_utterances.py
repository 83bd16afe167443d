"""The labelled answers: enough, fairly parted, and understood when they are read."""

from __future__ import annotations

import pytest

from sim.bench.understanding import figures_of
from sim.utterances.labelled import LINES, Part, labelled
from sim.utterances.trial import TODAY, Trial
from ura.dialogue.intents import intents
from ura.dialogue.understanding import Speech, understood
from ura.flow.nodes import Ask
from ura.scripts.flows import shipped


def test_there_are_enough_and_the_parts_share_neither_texts_nor_voices() -> None:
    tune, report = labelled("tune"), labelled("report")
    assert len(tune) + len(report) >= 400
    assert {u.line for u in report} == set(LINES)
    for of in ("text", "voice"):
        assert not {getattr(u.sound, of) for u in tune} & {
            getattr(u.sound, of) for u in report
        }
    assert len({u.sound.id for u in (*tune, *report)}) == len(tune) + len(report)


@pytest.mark.parametrize("part", ["tune"])
def test_what_was_tuned_on_is_understood_from_its_words(part: Part) -> None:
    """Without sound: of the report's texts none is looked at here."""
    wrong = []
    for each in labelled(part):
        state = shipped("receptive").states[each.state]
        assert isinstance(state, Ask)
        heard = Speech(each.sound.text)
        meant = understood(shipped("receptive"), state, heard, intents(), TODAY)
        if meant.outcome != each.means:
            wrong.append((each.sound.text, meant.outcome))
    assert sorted(set(wrong)) == []


def test_an_aim_is_missed_when_one_answer_in_ten_is_not_understood() -> None:
    mine = [u for u in labelled("report") if (u.kind, u.line) == ("yes_no", "clean")]

    def tried(wrong_every: int) -> list[Trial]:
        return [
            Trial(
                utterance=each,
                outcome=each.means if place % wrong_every else "",
                value="",
                text="",
                heard=True,
                recognising_s=0.5,
            )
            for place, each in enumerate(mine, start=1)
        ]

    (first, *_) = figures_of(tried(wrong_every=1000))
    assert (first.value, first.met) == (100.0, True)
    (first, *_) = figures_of(tried(wrong_every=10))
    assert (first.value, first.met) == (90.0, False)
