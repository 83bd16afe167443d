"""The rules of contact, case by case, under the rules that ship."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cobranca.compliance.model import NaiveInstant, Suppression, places_of
from cobranca.compliance.rulebook import parse_rules, rules_in_force
from cobranca.compliance.rules import ALLOWED, NO_VERDICT, may_contact
from foundation.brasil.ddd import AREAS
from tests.builders.contact import SAO_PAULO, TUESDAY_TEN, a_question

RULES = rules_in_force()
ACRE = ZoneInfo("America/Rio_Branco")


def local(text: str, zone: ZoneInfo = SAO_PAULO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# DDD, UF of the address, São Paulo time, deciding rule, next allowed instant (São Paulo)
CASES = [
    ("11", None, "2026-03-10T10:00", ALLOWED, None),
    ("11", None, "2026-03-10T08:00", ALLOWED, None),
    ("11", None, "2026-03-10T07:59", "hours_default", "2026-03-10T08:00"),
    ("11", None, "2026-03-10T19:59", ALLOWED, None),
    ("11", None, "2026-03-10T20:00", "hours_default", "2026-03-11T08:00"),
    # Saturday 14 March: until 14:00, then Sunday off, then Monday
    ("11", None, "2026-03-14T13:59", ALLOWED, None),
    ("11", None, "2026-03-14T14:01", "hours_default", "2026-03-16T08:00"),
    ("11", None, "2026-03-15T10:00", "hours_default", "2026-03-16T08:00"),
    # Rio: Monday to Friday 9 to 19, no Saturday
    ("21", None, "2026-03-10T08:30", "hours_rj", "2026-03-10T09:00"),
    ("21", None, "2026-03-10T19:00", "hours_rj", "2026-03-11T09:00"),
    ("21", None, "2026-03-14T10:00", "hours_rj", "2026-03-16T09:00"),
    ("27", None, "2026-03-10T19:00", "hours_es", "2026-03-11T08:00"),
    # Paraná closes at 18, Saturday at 13
    ("41", None, "2026-03-10T18:00", "hours_pr", "2026-03-11T08:00"),
    ("41", None, "2026-03-14T13:30", "hours_pr", "2026-03-16T08:00"),
    ("82", None, "2026-03-14T13:30", ALLOWED, None),
    # Recife has São Paulo's hour, not Noronha's
    ("81", None, "2026-03-10T08:00", ALLOWED, None),
    ("81", None, "2026-03-10T07:30", "hours_default", "2026-03-10T08:00"),
    # Manaus is one hour behind, and closes at its own 19:00
    ("92", None, "2026-03-10T08:30", "hours_default", "2026-03-10T09:00"),
    ("92", None, "2026-03-10T19:59", ALLOWED, None),
    ("92", None, "2026-03-10T20:00", "hours_am", "2026-03-11T09:00"),
    # the interior of Amazonas: opens with its later zone, closes with its earlier one
    ("97", None, "2026-03-10T09:30", "hours_default", "2026-03-10T10:00"),
    ("97", None, "2026-03-10T20:00", "hours_am", "2026-03-11T10:00"),
    ("68", None, "2026-03-10T09:59", "hours_default", "2026-03-10T10:00"),
    # DDD of one state and address of another: both must be open, each at its own hour
    ("11", "RJ", "2026-03-10T08:30", "hours_rj", "2026-03-10T09:00"),
    ("21", "SP", "2026-03-10T19:30", "hours_rj", "2026-03-11T09:00"),
    ("11", "AC", "2026-03-10T09:00", "hours_default", "2026-03-10T10:00"),
    ("68", "PR", "2026-03-10T18:30", "hours_pr", "2026-03-11T10:00"),
    # 20 November 2026 is a Friday, national; Saturday is open in São Paulo, not in Rio
    ("11", None, "2026-11-20T10:00", "holiday", "2026-11-21T08:00"),
    ("21", None, "2026-11-20T10:00", "holiday", "2026-11-23T09:00"),
    # 9 July is São Paulo's own: also for a São Paulo address with another DDD
    ("21", None, "2026-07-09T10:00", ALLOWED, None),
    ("21", "SP", "2026-07-09T10:00", "holiday", "2026-07-10T09:00"),
    # Carnival: 16, 17 and 18 February (Ash Wednesday is optional)
    ("11", None, "2026-02-16T10:00", "holiday", "2026-02-19T08:00"),
    # Thu 24 and Fri 25 December, then Saturday
    ("41", None, "2026-12-24T09:00", "holiday", "2026-12-26T08:00"),
]


@pytest.mark.parametrize(("ddd", "address", "when", "rule", "until"), CASES)
def test_hours_and_days(
    ddd: str, address: str | None, when: str, rule: str, until: str | None
) -> None:
    verdict = may_contact(a_question(ddd=ddd, address=address, now=local(when)), RULES)
    assert (verdict.rule, verdict.allowed) == (rule, rule == ALLOWED)
    assert verdict.until == (None if until is None else local(until).astimezone(UTC))


@pytest.mark.parametrize("ddd", sorted(AREAS))
def test_the_simulated_clock_starts_at_an_hour_open_in_the_whole_country(ddd: str) -> None:
    assert may_contact(a_question(ddd=ddd), RULES).allowed


def test_attempts_of_the_day_are_three_and_start_again_tomorrow() -> None:
    assert may_contact(a_question(attempts_today=2), RULES).allowed
    verdict = may_contact(a_question(attempts_today=3), RULES)
    assert verdict.rule == "attempts_per_day"
    assert verdict.until == local("2026-03-11T08:00")


def test_a_friday_out_of_attempts_in_rio_waits_for_monday() -> None:
    friday = local("2026-03-13T15:00")
    verdict = may_contact(a_question(ddd="21", attempts_today=3, now=friday), RULES)
    assert verdict.until == local("2026-03-16T09:00")


def test_the_day_of_attempts_is_the_debtors_own() -> None:
    # 01:30 in São Paulo is still the day before in Acre
    question = a_question(ddd="68", now=local("2026-03-11T01:30"))
    assert question.contact_day == date(2026, 3, 10)
    assert question.contact_day == TUESDAY_TEN.date()


def test_opt_out_is_for_ever() -> None:
    verdict = may_contact(a_question(suppressions=(Suppression("opt_out"),)), RULES)
    assert (verdict.allowed, verdict.rule, verdict.until) == (False, "suppressed", None)
    assert verdict.source.startswith("opt_out")


def test_a_suppression_ends_when_it_says() -> None:
    until = local("2026-03-12T12:00")
    asked = a_question(suppressions=(Suppression("pause", until),))
    verdict = may_contact(asked, RULES)
    assert (verdict.rule, verdict.until) == ("suppressed", until)
    assert may_contact(asked.at(until), RULES).allowed


def test_of_several_suppressions_the_longest_decides() -> None:
    both = (Suppression("pause", local("2026-03-12T12:00")), Suppression("opt_out"))
    assert may_contact(a_question(suppressions=both), RULES).until is None


@pytest.mark.parametrize(
    ("number", "simulated_route", "rule"),
    [
        ("+5511900012345", True, ALLOWED),
        ("+5511900012345", False, "simulation"),
        ("+5511912345678", True, "simulation"),
        ("+5511912345678", False, ALLOWED),
    ],
)
def test_simulated_numbers_and_routes_belong_together(
    number: str, simulated_route: bool, rule: str
) -> None:
    question = a_question(number=number, simulated_route=simulated_route)
    assert may_contact(question, RULES).rule == rule


def test_other_destinations_are_refused() -> None:
    assert may_contact(a_question(line="other"), RULES).rule == "destination"


def test_a_point_that_is_not_active_is_refused() -> None:
    verdict = may_contact(a_question(point_status="wrong_party"), RULES)
    assert (verdict.rule, verdict.until) == ("point_not_active", None)


@pytest.mark.parametrize(
    ("born", "allowed"),
    [
        (date(2008, 3, 10), True),  # eighteen today
        (date(2008, 3, 11), False),
        (date(1950, 1, 1), True),
        (date(2008, 2, 29), True),
        (None, True),
    ],
)
def test_minors_are_not_contacted(born: date | None, *, allowed: bool) -> None:
    assert may_contact(a_question(birth_date=born), RULES).allowed is allowed


def test_a_minor_of_29_february_is_of_age_on_1_march() -> None:
    verdict = may_contact(
        a_question(birth_date=date(2008, 2, 29), now=local("2026-02-28T10:00")), RULES
    )
    # 1 March 2026 is a Sunday
    assert (verdict.rule, verdict.until) == ("minor", local("2026-03-02T08:00"))


@pytest.mark.parametrize(
    ("number", "address"), [("+12025550123", None), ("+5511900012345", "XX")]
)
def test_without_a_known_place_there_is_no_verdict(
    number: str, address: str | None
) -> None:
    assert places_of(number, address) == ()
    verdict = may_contact(a_question(number=number, address=address), RULES)
    assert (verdict.allowed, verdict.rule, verdict.until) == (False, NO_VERDICT, None)


def test_without_rules_there_is_no_verdict() -> None:
    assert may_contact(a_question(), ()).rule == NO_VERDICT


def test_an_instant_without_zone_is_an_error() -> None:
    with pytest.raises(NaiveInstant):
        a_question(now=datetime(2026, 3, 10, 10, 0))  # noqa: DTZ001


def test_each_rule_cites_its_source_and_the_date_it_was_read() -> None:
    refused = [
        may_contact(a_question(now=TUESDAY_TEN + timedelta(hours=hours)), RULES)
        for hours in (10, 115)
    ]
    assert all("lido em 21/11/2026" in verdict.source for verdict in refused)


def test_a_malformed_rulebook_is_refused() -> None:
    with pytest.raises(ValueError, match="hours"):
        parse_rules("[sunday]\nsource = 'x'\nsince = 2020\nread_on = 2026-01-01\n")
