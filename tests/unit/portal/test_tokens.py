"""Links that nobody can make, and the one question."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranca.contacts.identity import Known
from cobranca.portal.identity import Factor, UnreadableAnswer, factor_of, is_right
from cobranca.portal.link_token import LENGTH, read_token, token_of

KEY, OTHER = b"k" * 32, b"o" * 32
CPF = "52998224725"


@given(st.uuids())
def test_a_token_leads_back_and_only_with_its_key(name: UUID) -> None:
    token = token_of(KEY, name)
    assert len(token) == LENGTH
    assert read_token(KEY, token) == name
    assert read_token(OTHER, token) is None


@given(st.uuids(), st.integers(0, LENGTH - 1), st.sampled_from("Aa0-_"))
def test_an_altered_token_is_none(name: UUID, place: int, letter: str) -> None:
    token = token_of(KEY, name)
    altered = token[:place] + letter + token[place + 1 :]
    assert read_token(KEY, altered) == (name if altered == token else None)


@given(st.text(max_size=50))
def test_whatever_is_typed_is_no_token(text: str) -> None:
    assert read_token(KEY, text) is None


def test_who_has_a_birth_date_is_asked_for_it_others_for_their_document() -> None:
    born, unborn = Known(CPF, date(1980, 3, 12)), Known(CPF, None)
    assert (factor_of(born), factor_of(unborn)) == (Factor.BIRTH_DATE, Factor.DOCUMENT)
    assert is_right(born, "12/03/1980")
    assert is_right(born, "12031980")
    assert not is_right(born, "12/03/1981")
    assert is_right(unborn, "529.982.247-25")
    assert not is_right(unborn, "111.444.777-35")


@pytest.mark.parametrize("answer", ["", "ontem", "529", "529.982.247-26", "31/02/1980"])
def test_what_cannot_be_an_answer_is_told_apart_from_a_wrong_one(answer: str) -> None:
    for known in (Known(CPF, date(1980, 3, 12)), Known(CPF, None)):
        with pytest.raises(UnreadableAnswer):
            is_right(known, answer)
