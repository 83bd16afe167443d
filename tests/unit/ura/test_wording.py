"""Words that tell a recording from a person, heard well and misheard."""

from __future__ import annotations

import pytest

from ura.answering.sounds_like import distance, sound, sounds
from ura.answering.together import kept, together
from ura.answering.verdict import RECORDED_ODDS
from ura.answering.wording import ALWAYS, Wording, known, signs

WEIGHTS = {ALWAYS: -0.5, "w:rikadu": 2.0, "p:siu rikadu": 1.5, "w:alu": -3.0}


def odds(text: str) -> float:
    return known().leaning(text).odds


def alone(text: str) -> float:
    """Of an opening of which nothing else was heard."""
    return together([odds(text)], 0.0)


def twice(text: str) -> float:
    """Of an opening of which the same was heard again."""
    return together([odds(text)] * 2, 1.0)


def test_a_misheard_recording_is_one_when_it_is_heard_again() -> None:
    assert twice("Deixi o seu ricado, apois u sinal.") >= RECORDED_ODDS
    assert alone("O telefoni xamado está disligado ou fora da ária") >= RECORDED_ODDS


def test_what_the_recogniser_mishears_again_and_again_is_known_too() -> None:
    assert odds("A loa, tudo bom, quem está falando?") < 0  # «alô», as it is heard
    assert odds("esta chamada está sendo trancado") > 0  # «transferida»


def test_what_people_say_about_mailboxes_is_theirs() -> None:
    for text in (
        "toda vez cai na caixa postal, ainda bem que atendeu",
        "você ligou para a pessoa errada",
        "ele não está, quer deixar recado?",
        "manda mensagem que eu respondo",
    ):
        assert alone(text) < RECORDED_ODDS, text


def test_words_that_nobody_said_tell_nothing() -> None:
    leaning = Wording(WEIGHTS).leaning("xisto quartzo")
    assert (leaning.odds, leaning.signs) == (0.0, ())
    assert Wording(WEIGHTS).leaning("").odds == 0.0


def test_odds_add_up_and_every_text_has_the_same_beginning() -> None:
    # -0.5 + 2.0 + 1.5
    assert Wording(WEIGHTS).leaning("deixe seu recado").odds == pytest.approx(3.0)
    # -0.5 + 2.0 - 3.0
    assert Wording(WEIGHTS).leaning("alô, o recado").odds == pytest.approx(-1.5)


def test_the_signs_are_named_the_heaviest_first() -> None:
    leaning = Wording(WEIGHTS).leaning("alô deixe seu recado")
    assert leaning.signs == ("w:alu -3.0", "w:rikadu +2.0", "p:siu rikadu +1.5")


def test_a_word_said_twice_counts_once() -> None:
    wording = Wording(WEIGHTS)
    once, twice = wording.leaning("o recado"), wording.leaning("o recado, o recado")
    assert twice.odds == pytest.approx(once.odds)


def test_a_misheard_word_shares_pieces_with_the_one_that_was_said() -> None:
    said, misheard = signs("fora da área de cobertura"), signs("fora da área de cobradura")
    pieces = {sign for sign in said & misheard if ":" not in sign and "#" not in sign}
    assert {"kub", "tura"} & said
    assert "_kub" in pieces
    assert len(pieces) > len(said - misheard)


def test_a_misheard_word_between_two_leaves_them_neighbours() -> None:
    said, misheard = signs("deixe seu recado"), signs("deixe ser recado")
    assert "s:diixi rikadu" in said & misheard
    assert "t:diixi siu rikadu" in said - misheard


def test_how_much_was_said_is_a_sign() -> None:
    assert "#3" not in signs("alô, oi")
    assert "#3" in signs("alô, oi, fala")
    assert "#20" in signs(" ".join(["fala"] * 20))


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


def test_one_text_among_others_makes_no_recording() -> None:
    # what leans to a recording once, after two texts that do not
    assert together([-3.0, -2.0, 8.0], 0.2) < RECORDED_ODDS
    assert together([3.0, 4.0, 6.0], 0.2) < RECORDED_ODDS
    assert together([4.0, 5.0, 7.0], 0.2) >= RECORDED_ODDS


def test_words_that_are_heard_again_weigh_more() -> None:
    assert together([2.0, 4.0], 1.0) > together([2.0, 4.0], 0.0)
    assert together([-2.0, -4.0], 1.0) == together([-2.0, -4.0], 0.0)
    assert kept("o número chamado", "o número chamado não existe") == 1.0
    assert kept("o número chamado", "") == 0.0
