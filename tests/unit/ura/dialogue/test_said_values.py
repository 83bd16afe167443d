"""Values that the free text does not tell, by the phrases that fit the sound."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ura.dialogue.intents import Scored, babbles, chosen_by_words, intents
from ura.dialogue.said_values import said_values
from ura.dialogue.shortlist import shortlist
from ura.dialogue.understanding import (
    SCORED,
    Speech,
    Understood,
    listens_for,
    understood,
)
from ura.flow.nodes import Ask
from ura.scripts.flows import shipped

TODAY = date(2026, 3, 10)
FLOW = shipped("receptive")


def _state(name: str) -> Ask:
    state = FLOW.states[name]
    assert isinstance(state, Ask)
    return state


def _meant(state: str, speech: Speech) -> Understood:
    return understood(FLOW, _state(state), speech, intents(), TODAY)


def test_a_value_is_told_by_the_phrase_that_fits_where_the_text_makes_no_sense() -> None:
    scores = (Scored("duzentos reais", -2.0), Scored("trezentos reais", -4.5))
    meant = _meant("can_pay", Speech("dos entus", scores))
    assert (meant.outcome, meant.value) == ("given", Decimal("200.00"))
    assert (meant.phrase, meant.score) == ("duzentos reais", -2.0)


def test_the_text_comes_first_where_it_tells_a_value() -> None:
    meant = _meant("can_pay", Speech("300 reais", (Scored("duzentos reais", -2.0),)))
    assert meant.value == Decimal("300.00")


@pytest.mark.parametrize(
    ("scores", "why"),
    [
        ((Scored("dia dez", -7.0),), "weak"),
        ((Scored("dia dez", -2.0), Scored("dia doze", -2.1)), "two"),
    ],
)
def test_what_fits_badly_or_twice_is_no_value(scores: tuple[Scored, ...], why: str) -> None:
    meant = _meant("best_day", Speech("tamolinha", scores))
    assert (meant.outcome, meant.value, meant.why) == ("", None, why)


def test_two_ways_of_saying_one_day_are_one() -> None:
    scores = (Scored("dia dez", -2.0), Scored("no dia dez", -2.1))
    assert _meant("best_day", Speech("tia deus", scores)).value == 10


def test_an_option_said_where_a_value_is_asked_is_that_option() -> None:
    meant = _meant("can_pay", Speech("Xis", (Scored("atendente", -2.0),)))
    assert (meant.outcome, meant.value) == ("person", None)


def test_a_cpf_is_taken_from_the_guess_when_its_digits_agree() -> None:
    said = "um seis sete zero quatro três dois seis seis um oito"
    assert _meant("cpf", Speech("1,7 0", guess=said)).value == "16704326618"
    wrong = said.removesuffix("oito") + "nove"
    assert _meant("cpf", Speech("1,7 0", guess=wrong)).outcome == ""


def test_every_phrase_of_a_form_says_a_value_of_it() -> None:
    asked = {s.hears: name for name, s in FLOW.states.items() if isinstance(s, Ask)}
    silent = [
        phrase
        for form in SCORED
        for phrase in said_values(form)
        if _meant(asked[form], Speech(phrase)).outcome != "given"
    ]
    assert silent == []
    assert set(SCORED) <= set(asked)


def test_values_and_options_are_listened_for_together() -> None:
    phrases, free = listens_for(FLOW, _state("can_pay"), intents())
    assert {"cem reais", "atendente"} <= set(phrases)
    assert free


def test_the_first_phrases_are_scored_whatever_was_written() -> None:
    phrases = ["sim", "não", "de novo", "agora não"]
    found = shortlist(["agora não"], phrases, most=3, always=2)
    assert found == ["sim", "não", "agora não"]


def test_babble_is_no_answer_and_an_answer_said_thrice_is() -> None:
    options = intents().of(["yes", "no"])
    assert babbles("vamos la la la".split(), options)
    assert not babbles("nao nao nao".split(), options)


@pytest.mark.parametrize(
    "said", ["incorreto", "está incorreto", "imperfeito", "inexatamente"]
)
def test_a_word_turned_round_is_never_the_yes_that_it_turns_round(said: str) -> None:
    assert chosen_by_words(said, ["yes", "no"], intents()).option != "yes"


def test_a_lone_no_that_sounds_like_again_is_no_wish_to_hear_it_again() -> None:
    """As «não» of a caller was scored; the question would have been put again."""
    scores = (Scored("de novo", -3.63), Scored("não", -4.42), Scored("sim", -5.3))
    assert _meant("proposal", Speech("para o novo", scores)).outcome == "no"
    alone = (Scored("de novo", -3.63), Scored("não", -6.42))
    refused = _meant("proposal", Speech("para o novo", alone))
    assert (refused.outcome, refused.why) == ("", "weak")
    meant = (Scored("fala de novo", -0.66), Scored("não", -5.42))
    assert _meant("proposal", Speech("fala novo", meant)).outcome == "repeat"
