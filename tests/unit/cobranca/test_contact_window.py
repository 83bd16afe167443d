"""Until when a telephone may be called today."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cobranca.compliance.model import Suppression
from tests.builders.contact import TUESDAY_TEN, Case, a_case, past

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
    assert a_case(ddd=ddd, now=now).open_until() == datetime.fromisoformat(closes)


def test_an_address_in_a_stricter_state_closes_earlier() -> None:
    closes = datetime.fromisoformat("2026-03-10T18:00:00-03:00")
    assert a_case(ddd="11", address="PR").open_until() == closes


@pytest.mark.parametrize(
    "case",
    [
        a_case(now=TUESDAY_TEN + timedelta(hours=11)),
        a_case(contacts=past(0, 3)),
        a_case(suppressions=(Suppression("opt_out"),)),
    ],
)
def test_what_is_refused_now_has_no_end(case: Case) -> None:
    assert case.open_until() is None


def test_at_its_end_the_rules_refuse() -> None:
    case = a_case()
    closes = case.open_until()
    assert closes is not None
    assert not case.at(closes).verdict().allowed
    assert case.at(closes - timedelta(seconds=1)).verdict().allowed
