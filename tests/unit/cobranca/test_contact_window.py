"""Until when a telephone may be called today."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cobranca.compliance.model import Suppression
from cobranca.compliance.rulebook import rules_in_force
from cobranca.compliance.rules import may_contact
from cobranca.compliance.window import open_until
from tests.builders.contact import TUESDAY_TEN, a_question

RULES = rules_in_force()
SATURDAY = datetime.fromisoformat("2026-03-14T10:00:00-03:00")


@pytest.mark.parametrize(
    ("ddd", "now", "closes"),
    [
        ("11", TUESDAY_TEN, "2026-03-10T20:00:00-03:00"),
        ("21", TUESDAY_TEN, "2026-03-10T19:00:00-03:00"),  # RJ
        ("41", TUESDAY_TEN, "2026-03-10T18:00:00-03:00"),  # PR
        ("68", TUESDAY_TEN, "2026-03-10T20:00:00-05:00"),  # Acre, two hours behind
        ("11", SATURDAY, "2026-03-14T14:00:00-03:00"),
    ],
)
def test_it_is_the_end_of_the_strictest_hours(ddd: str, now: datetime, closes: str) -> None:
    assert open_until(a_question(ddd=ddd, now=now), RULES) == datetime.fromisoformat(closes)


def test_an_address_in_a_stricter_state_closes_earlier() -> None:
    question = a_question(ddd="11", address="PR")
    closes = datetime.fromisoformat("2026-03-10T18:00:00-03:00")
    assert open_until(question, RULES) == closes


@pytest.mark.parametrize(
    "question",
    [
        a_question(now=TUESDAY_TEN + timedelta(hours=11)),
        a_question(attempts_today=3),
        a_question(suppressions=(Suppression("opt_out"),)),
    ],
)
def test_what_is_refused_now_has_no_end(question: object) -> None:
    assert open_until(question, RULES) is None  # type: ignore[arg-type]


def test_at_its_end_the_rules_refuse() -> None:
    question = a_question()
    closes = open_until(question, RULES)
    assert closes is not None
    assert not may_contact(question.at(closes), RULES).allowed
    assert may_contact(question.at(closes - timedelta(seconds=1)), RULES).allowed
