"""Nothing of the debt before the debtor has proven to be the debtor."""

from __future__ import annotations

from datetime import date

import pytest

from cobranca.contacts.identity import (
    Answered,
    Claimed,
    Denied,
    Fact,
    Known,
    Level,
    Step,
    UnreadableAnswer,
    is_hidden,
    may_hear_of_debt,
    standing,
    to_ask,
)

MARIA = Known("52998224725", date(1980, 3, 12))
SHOP = Known("12ABC34501DE35", None)
START, END, BORN = Fact.DOCUMENT_START, Fact.DOCUMENT_END, Fact.BIRTH_DATE


@pytest.mark.parametrize(
    ("steps", "level"),
    [
        ([], Level.NOBODY),
        ([Claimed()], Level.CLAIMED),
        ([Claimed(), Answered(START, True)], Level.CLAIMED),
        ([Claimed(), Answered(START, True), Answered(START, True)], Level.CLAIMED),
        ([Claimed(), Answered(START, True), Answered(BORN, True)], Level.CONFIRMED),
        ([Claimed(), Answered(START, False), Answered(BORN, True)], Level.CLAIMED),
        ([Claimed(), Answered(START, False), Answered(START, False)], Level.FAILED),
        ([Answered(START, True), Answered(BORN, True)], Level.NOBODY),
        ([Denied()], Level.THIRD_PARTY),
        # the handset is passed on: what the other voice knew proves nothing
        ([Claimed(), Answered(START, True), Answered(BORN, True), Denied()],
         Level.THIRD_PARTY),
        ([Claimed(), Answered(START, True), Denied(), Claimed(), Answered(BORN, True)],
         Level.CLAIMED),
        # wrong answers stay, whoever speaks: no guessing by turns
        ([Claimed(), Answered(START, False), Denied(), Claimed(), Answered(START, False)],
         Level.FAILED),
        ([Claimed(), Answered(START, True), Answered(BORN, True), Claimed()],
         Level.CONFIRMED),
    ],
)  # fmt: skip
def test_level_is_a_fold_over_what_was_heard(steps: list[Step], level: Level) -> None:
    assert standing(steps).level is level


def test_only_the_confirmed_debtor_may_hear_of_the_debt() -> None:
    assert [level for level in Level if may_hear_of_debt(level)] == [Level.CONFIRMED]
    hidden = {level for level in Level if is_hidden(level)}
    assert hidden == {Level.THIRD_PARTY, Level.FAILED}


@pytest.mark.parametrize(
    ("fact", "answer", "right"),
    [
        (START, "529", True),
        (START, " 5 2 9 ", True),
        (START, "528", False),
        (END, "25", True),
        (END, "-25", True),
        (END, "52", False),
        (BORN, "12/03/1980", True),
        (BORN, "12031980", True),
        (BORN, "13/03/1980", False),
    ],
)
def test_an_answer_is_compared_as_people_say_it(
    fact: Fact, answer: str, right: bool
) -> None:
    assert MARIA.is_right(fact, answer) is right


@pytest.mark.parametrize(
    ("fact", "answer"),
    [(START, "52"), (START, ""), (START, "5 2 9 9"), (END, "x"), (BORN, "12/03"),
     (BORN, "31/02/1980"), (BORN, "ontem"), (START, "٥٢٩")],
)  # fmt: skip
def test_what_has_not_the_form_of_an_answer_is_none(fact: Fact, answer: str) -> None:
    with pytest.raises(UnreadableAnswer):
        MARIA.is_right(fact, answer)


def test_a_company_is_asked_of_its_letters_too() -> None:
    assert SHOP.facts == (START, END)
    assert SHOP.is_right(START, "12ab")
    assert SHOP.is_right(END, "35")


def test_what_may_be_asked() -> None:
    assert to_ask(MARIA, standing([])) == ()
    assert to_ask(MARIA, standing([Claimed()])) == (START, BORN, END)
    assert to_ask(MARIA, standing([Claimed(), Answered(BORN, True)])) == (START, END)
    assert to_ask(MARIA, standing([Denied()])) == ()
    confirmed: list[Step] = [Claimed(), Answered(BORN, True), Answered(END, True)]
    assert to_ask(MARIA, standing(confirmed)) == ()


def test_nothing_known_is_printed() -> None:
    assert "529" not in repr(MARIA)
    assert "1980" not in f"{MARIA}"
