"""What is taken for an announcement, and what people say that sounds like one."""

from __future__ import annotations

import pytest

from ura.answering.phrases import found, known, matches, parsed
from ura.answering.sounds_like import words


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Sua chamada está sendo encaminhada.", "mailbox"),
        ("sua chamada esta sendo encaminhado para caixa", "mailbox"),
        ("Deixe seu recado após o si", "mailbox"),
        ("Olá, no momento não posso atender, deixe nome e telefone", "mailbox"),
        ("este telefone e mudou de número, ligue", "invalid"),
        ("O telefone chamado está desligado ou forno.", "off"),
        ("O número chamado não existe, verifique o número ilégnovamente.", "invalid"),
        ("Este telefone não está programado para receber", "unavailable"),
        ("Este telefone está temporariamente indisponível", "unavailable"),
        ("não foi possível completar a sua ligação", "network"),
    ],
)
def test_an_announcement_is_known_though_misheard_or_cut_off(text: str, kind: str) -> None:
    assert found(text).kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "Alô?",
        "alôs",
        "Agora não posso atender, me liga depois",
        "Ele não está, quer deixar algum recado?",
        "Oi, deixa que eu atendo",
        "Você ligou errado",
        "",
    ],
)
def test_what_people_say_is_none(text: str) -> None:
    assert found(text).kind == ""


def test_a_gap_is_no_wider_than_its_sign_says() -> None:
    (narrow, wide) = parsed({"k": ["um dois", "um .. dois"]})
    assert matches(narrow, ["um", "x", "dois"])
    assert not matches(narrow, ["um", "x", "x", "dois"])
    assert matches(wide, ["um", "x", "x", "x", "x", "dois"])
    assert not matches(wide, ["um", "x", "x", "x", "x", "x", "dois"])


def test_only_marked_words_may_be_misheard() -> None:
    (marked, plain) = parsed({"k": ["~cobertura", "cobertura"]})
    assert matches(marked, ["coberdura"])
    assert not matches(plain, ["coberdura"])


def test_every_pattern_is_written_as_texts_are_compared() -> None:
    for pattern in known():
        for step in pattern.steps:
            for word in step.words:
                assert words(word) == [word], pattern.text
