"""Words that tell a recording from a person, heard well and misheard."""

from __future__ import annotations

import pytest

from sim.openings.labelled import Opening, labelled
from ura.answering.sounds_like import distance, sound, sounds
from ura.answering.verdict import RECORDED_ODDS
from ura.answering.wording import Wording, known

LISTS = {
    "person": ["quem fala", "alô quem é", "pode falar", "alô"],
    "recorded": ["deixe seu recado", "deixe a mensagem", "grave seu recado"],
}


def odds(text: str) -> float:
    return known().leaning(text).odds


def of_tuning(*labels: str) -> list[Opening]:
    parts = (*labelled("tune"), *labelled("seen"), *labelled("seen_later"))
    return [o for o in parts if o.label in labels and not o.robot]


@pytest.mark.parametrize("opening", of_tuning("person"), ids=lambda o: str(o.id))
def test_no_person_of_the_tuning_parts_is_a_recording(opening: Opening) -> None:
    spoken = opening.text.split()
    for said in range(1, len(spoken) + 1):  # he may be asked about at any word
        assert odds(" ".join(spoken[:said])) < RECORDED_ODDS
    assert odds(opening.again) < RECORDED_ODDS


def test_recordings_are_known_when_they_are_heard_well() -> None:
    recorded = of_tuning("mailbox", "announcement")
    missed = [o.text for o in recorded if odds(o.text) < RECORDED_ODDS]
    assert len(missed) <= len(recorded) * 0.05, missed


def test_a_misheard_recording_leans_to_a_recording_still() -> None:
    assert odds("Deixi o seu ricado, apois u sinal.") >= RECORDED_ODDS
    assert odds("O telefoni xamado está disligado") >= RECORDED_ODDS


def test_what_the_recogniser_mishears_again_and_again_is_known_by_both_lists() -> None:
    assert odds("A loa, tudo bom, quem está falando?") < 0  # «alô», as it is heard
    assert odds("esta chamada está sendo trancado") > 0  # «transferida»


def test_what_people_say_about_mailboxes_is_theirs() -> None:
    for text in (
        "toda vez cai na caixa postal, ainda bem que atendeu",
        "você ligou para a pessoa errada",
        "ele não está, quer deixar recado?",
        "manda mensagem que eu respondo",
    ):
        assert odds(text) < RECORDED_ODDS, text


def test_words_that_nobody_said_tell_nothing() -> None:
    leaning = Wording(LISTS).leaning("xisto quartzo")
    assert (leaning.odds, leaning.signs) == (0.0, ())
    assert Wording(LISTS).leaning("").odds == 0.0


def test_the_signs_are_named_the_heaviest_first() -> None:
    leaning = Wording(LISTS).leaning("alô deixe seu recado")
    assert leaning.odds > 0
    assert any(sign.startswith("siu rikadu +") for sign in leaning.signs)
    weights = [abs(float(sign.rsplit(" ", 1)[1])) for sign in leaning.signs]
    assert weights == sorted(weights, reverse=True)


def test_a_word_said_twice_counts_once() -> None:
    wording = Wording({"person": ["alô", "oi"], "recorded": ["recado", "sinal"]})
    once, twice = wording.leaning("recado"), wording.leaning("recado recado")
    assert twice.odds == pytest.approx(once.odds)


@pytest.mark.parametrize(
    ("one", "other"),
    [("recados", "recado"), ("chamada", "xamada"), ("desligado", "disligado"),
     ("cobrança", "cobransa"), ("atender", "atende"), ("então", "entam")],
)  # fmt: skip
def test_what_sounds_alike_has_one_key(one: str, other: str) -> None:
    assert sounds(one) == sounds(other)


def test_what_sounds_otherwise_has_another() -> None:
    assert sound("sinal") != sound("final")
    assert distance(sound("sinal"), sound("final")) == 1
