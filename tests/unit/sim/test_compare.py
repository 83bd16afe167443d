"""The comparison that a smoke run stands on: it must find every difference."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.world.compare import ABSENT, Line, Seen, compare, failings

WORDS = ("answered", "busy", "no_answer", "rejected", "congestion", "invalid_number")
A_RUN = [Seen(f"55119000{n:05d}", float(n), WORDS[n % len(WORDS)]) for n in range(240)]


def test_two_sides_that_agree_pass() -> None:
    found = compare(A_RUN, [replace(call, at=call.at + 0.01) for call in A_RUN])
    assert found.differences == ()
    assert failings(found) == ()
    assert (found.placed, found.outcomes) == (240, 6)
    assert sum(line.difference for line in found.lines) == 0


@given(st.integers(0, len(A_RUN) - 1), st.sampled_from(WORDS))
def test_one_altered_row_is_found_whichever_it_is(place: int, word: str) -> None:
    altered = list(A_RUN)
    altered[place] = replace(altered[place], outcome=word)
    found = compare(A_RUN, altered)
    if word == A_RUN[place].outcome:
        assert found.differences == ()
    else:
        (pair,) = found.differences
        assert (pair.number, pair.dialer, pair.carrier) == (
            A_RUN[place].number,
            A_RUN[place].outcome,
            word,
        )
        assert failings(found) == ("1 chamada(s) com desfechos diferentes",)


@given(st.integers(0, len(A_RUN) - 1))
def test_a_row_that_one_side_lacks_is_found(place: int) -> None:
    fewer = [call for n, call in enumerate(A_RUN) if n != place]
    assert compare(A_RUN, fewer).differences[0].carrier == ABSENT
    assert compare(fewer, A_RUN).differences[0].dialer == ABSENT


def test_swapped_outcomes_of_two_numbers_differ_though_the_table_adds_up() -> None:
    swapped = [replace(A_RUN[0], outcome="busy"), replace(A_RUN[1], outcome="answered")]
    found = compare(A_RUN, [*swapped, *A_RUN[2:]])
    assert all(line.difference == 0 for line in found.lines)
    assert len(found.differences) == 2


def test_calls_to_one_number_are_paired_in_the_order_of_time() -> None:
    dialer = [Seen("1", 10.0, "busy"), Seen("1", 20.0, "answered")]
    carrier = [Seen("1", 20.1, "answered"), Seen("1", 10.1, "busy")]
    assert compare(dialer, carrier).differences == ()


def test_what_was_not_sent_must_have_no_row_at_the_carrier() -> None:
    dialer = [Seen("1", 1.0, "not_sent"), Seen("2", 2.0, "busy")]
    good = compare(dialer, [Seen("2", 2.1, "busy")])
    assert good.differences == ()
    assert good.lines == (Line("busy", 1, 1), Line("not_sent", 1, 0))
    bad = compare(dialer, [Seen("1", 1.1, "busy"), Seen("2", 2.1, "busy")])
    assert [(pair.number, pair.dialer) for pair in bad.differences] == [("1", ABSENT)]


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (A_RUN[:199], "só 199 chamadas"),
        ([replace(call, outcome="busy") for call in A_RUN], "só 1 desfechos"),
    ],
)
def test_a_run_that_proves_too_little_does_not_pass(run: list[Seen], said: str) -> None:
    assert any(said in failing for failing in failings(compare(run, run)))
