"""Laws of the policy: rules only forbid, and the next allowed instant is one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cobranca.compliance.model import Question, Suppression
from cobranca.compliance.rulebook import rules_in_force
from cobranca.compliance.rules import (
    AttemptsPerDay,
    DaysOff,
    Hours,
    Minor,
    Rule,
    Suppressed,
    may_contact,
)
from cobranca.compliance.window import open_until
from foundation.brasil.ddd import AREAS, UFS
from tests.builders.contact import a_question

RULES = rules_in_force()
INSTANTS = st.datetimes(
    min_value=datetime(2025, 1, 1),  # noqa: DTZ001
    max_value=datetime(2028, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    suppressions = st.builds(
        Suppression, st.sampled_from(["opt_out", "pause"]), st.none() | INSTANTS
    )
    return a_question(
        ddd=draw(st.sampled_from(sorted(AREAS))),
        address=draw(st.none() | st.sampled_from(sorted(UFS))),
        now=draw(INSTANTS),
        attempts_today=draw(st.integers(0, 5)),
        suppressions=tuple(draw(st.lists(suppressions, max_size=2))),
        birth_date=draw(st.none() | st.dates(date(1930, 1, 1), date(2025, 1, 1))),
    )


def windows() -> st.SearchStrategy[tuple[time, time]]:
    return st.tuples(st.integers(0, 11), st.integers(12, 23)).map(
        lambda hours: (time(hours[0]), time(hours[1]))
    )


def rules() -> st.SearchStrategy[Rule]:
    named: dict[str, Any] = {"source": "teste"}
    return st.one_of(
        st.builds(
            Hours,
            code=st.just("extra"),
            source=st.just("teste"),
            uf=st.none() | st.sampled_from(sorted(UFS)),
            weekdays=windows(),
            saturday=st.none() | windows(),
        ),
        st.builds(AttemptsPerDay, source=st.just("teste"), most=st.integers(1, 4)),
        st.sampled_from(
            [
                DaysOff(code="sunday", **named),
                DaysOff(code="holiday", **named),
                Suppressed(**named),
                Minor(age=18, **named),
            ]
        ),
    )


@settings(deadline=None)  # the first look at a year's holidays takes a while
@given(questions(), st.lists(rules(), max_size=4), rules())
def test_adding_a_rule_never_allows_more(
    question: Question, some: Sequence[Rule], another: Rule
) -> None:
    for base in (RULES, tuple(some) or RULES):
        before = may_contact(question, base)
        after = may_contact(question, (*base, another))
        assert before.allowed or not after.allowed
        if before.until and after.until:
            assert before.until <= after.until


@settings(deadline=None)
@given(questions())
def test_until_is_later_than_now_and_the_first_allowed_instant(question: Question) -> None:
    verdict = may_contact(question, RULES)
    if verdict.until is None:
        return
    assert not verdict.allowed
    assert verdict.until > question.now
    assert may_contact(question.at(verdict.until), RULES).allowed
    moment_before = question.at(verdict.until - timedelta(seconds=1))
    if moment_before.now > question.now:
        assert not may_contact(moment_before, RULES).allowed


@settings(deadline=None)
@given(questions())
def test_waiting_helps_unless_somebody_said_never(question: Question) -> None:
    verdict = may_contact(question, RULES)
    never = any(item.until is None for item in question.suppressions)
    far = any(item.until and item.until > question.now for item in question.suppressions)
    if not verdict.allowed and not never and not far:
        assert verdict.until is not None


@given(questions())
@settings(deadline=None)
def test_what_is_open_stays_open_until_it_closes(question: Question) -> None:
    closes = open_until(question, RULES)
    assert (closes is None) == (not may_contact(question, RULES).allowed)
    if closes is None:
        return
    step = (closes - question.now) / 7
    between = [question.at(question.now + step * n) for n in range(7)]
    assert all(may_contact(later, RULES).allowed for later in between)
    assert not may_contact(question.at(closes), RULES).allowed
