"""The rules of hours and days, case by case, under the rules that ship."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cobranca.compliance.model import ALLOWED, NO_VERDICT, NaiveInstant, places_of
from cobranca.compliance.rulebook import UnreadableRules, parse_rules
from cobranca.compliance.rules import Rule, refusals
from cobranca.compliance.times import DaysOff, Hours
from foundation.brasil.ddd import AREAS, UFS
from foundation.ids import uuid7
from tests.builders.contact import RULES, SAO_PAULO, a_case

ACRE = ZoneInfo("America/Rio_Branco")


def local(text: str, zone: ZoneInfo = SAO_PAULO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# DDD, UF of the address (and the address itself), São Paulo time, deciding rule, next
# allowed instant (São Paulo)
CASES = [
    ("11", None, "2026-03-10T10:00", ALLOWED, None),
    ("11", None, "2026-03-10T08:00", ALLOWED, None),
    ("11", None, "2026-03-10T07:59", "hours_sp", "2026-03-10T08:00"),
    ("11", None, "2026-03-10T19:59", ALLOWED, None),
    ("11", None, "2026-03-10T20:00", "hours_sp", "2026-03-11T08:00"),
    # Saturday 14 March: until 14:00, then Sunday off, then Monday
    ("11", None, "2026-03-14T13:59", ALLOWED, None),
    ("11", None, "2026-03-14T14:01", "hours_sp", "2026-03-16T08:00"),
    ("11", None, "2026-03-15T10:00", "hours_sp", "2026-03-16T08:00"),
    # Rio: Monday to Friday 9 to 19, no Saturday
    ("21", None, "2026-03-10T08:30", "hours_rj", "2026-03-10T09:00"),
    ("21", None, "2026-03-10T19:00", "hours_rj", "2026-03-11T09:00"),
    ("21", None, "2026-03-14T10:00", "hours_rj", "2026-03-16T09:00"),
    ("27", None, "2026-03-10T19:00", "hours_es", "2026-03-11T08:00"),
    # Paraná closes at 18, Saturday at 13
    ("41", None, "2026-03-10T18:00", "hours_pr", "2026-03-11T08:00"),
    ("41", None, "2026-03-14T13:30", "hours_pr", "2026-03-16T08:00"),
    ("82", None, "2026-03-14T13:30", ALLOWED, None),
    ("82", None, "2026-03-14T14:00", "hours_al", "2026-03-16T08:00"),
    # Recife has São Paulo's hour, not Noronha's
    ("81", None, "2026-03-10T08:00", ALLOWED, None),
    ("81", None, "2026-03-10T07:30", "hours_default", "2026-03-10T08:00"),
    # Manaus is one hour behind, and closes at its own 19:00
    ("92", None, "2026-03-10T08:30", "hours_am", "2026-03-10T09:00"),
    ("92", None, "2026-03-10T19:59", ALLOWED, None),
    ("92", None, "2026-03-10T20:00", "hours_am", "2026-03-11T09:00"),
    # the interior of Amazonas: opens with its later zone, closes with its earlier one
    ("97", None, "2026-03-10T09:30", "hours_am", "2026-03-10T10:00"),
    ("97", None, "2026-03-10T20:00", "hours_am", "2026-03-11T10:00"),
    ("68", None, "2026-03-10T09:59", "hours_default", "2026-03-10T10:00"),
    # DDD of one state and address of another: both must be open, each at its own hour
    ("11", "RJ", "2026-03-10T08:30", "hours_rj", "2026-03-10T09:00"),
    ("21", "SP", "2026-03-10T19:30", "hours_rj", "2026-03-11T09:00"),
    ("11", "AC", "2026-03-10T09:00", "hours_default", "2026-03-10T10:00"),
    ("68", "PR", "2026-03-10T18:30", "hours_pr", "2026-03-11T10:00"),
    # a list says one state, the address itself another: three must be open
    ("11", "PR Niterói/RJ", "2026-03-10T08:30", "hours_rj", "2026-03-10T09:00"),
    ("11", "PR Niterói/RJ", "2026-03-10T18:30", "hours_pr", "2026-03-11T09:00"),
    ("11", "AC Curitiba/PR", "2026-03-10T17:59", ALLOWED, None),
    ("11", "AC Curitiba/PR", "2026-03-10T18:00", "hours_pr", "2026-03-11T10:00"),
    # 20 November 2026 is a Friday, national; Saturday is open in São Paulo, not in Rio
    ("11", None, "2026-11-20T10:00", "holiday", "2026-11-21T08:00"),
    ("21", None, "2026-11-20T10:00", "holiday", "2026-11-23T09:00"),
    # 9 July is São Paulo's own: also for a São Paulo address with another DDD
    ("21", None, "2026-07-09T10:00", ALLOWED, None),
    ("21", "SP", "2026-07-09T10:00", "holiday", "2026-07-10T09:00"),
    # Carnival: 16, 17 and 18 February (Ash Wednesday is optional)
    ("11", None, "2026-02-16T10:00", "holiday", "2026-02-19T08:00"),
    # a city's own day closes its whole DDD: 25 January 2027 is a Monday
    ("11", None, "2027-01-25T10:00", "holiday_sao_paulo", "2027-01-26T08:00"),
    ("12", None, "2027-01-25T10:00", ALLOWED, None),
    # 16 July 2026, a Thursday, is Recife's own
    ("81", None, "2026-07-16T10:00", "holiday_recife", "2026-07-17T08:00"),
    # Thu 24 and Fri 25 December, then Saturday
    ("41", None, "2026-12-24T09:00", "holiday", "2026-12-26T08:00"),
]


@pytest.mark.parametrize(("ddd", "address", "when", "rule", "until"), CASES)
def test_hours_and_days(
    ddd: str, address: str | None, when: str, rule: str, until: str | None
) -> None:
    uf, _, city = (address or "").partition(" ")
    verdict = a_case(ddd=ddd, address=uf or None, city=city, now=local(when)).verdict()
    assert (verdict.rule, verdict.allowed) == (rule, rule == ALLOWED)
    assert verdict.until == (None if until is None else local(until).astimezone(UTC))


@pytest.mark.parametrize(
    "rule", [r for r in RULES if isinstance(r.check, DaysOff)], ids=lambda rule: rule.code
)
def test_a_citys_own_days_close_its_ddd_and_whoever_lives_there(rule: Rule) -> None:
    assert isinstance(rule.check, DaysOff)
    (ddd,) = rule.scope.ddds
    (city,) = rule.scope.cities
    state = city.rpartition("/")[2].upper()
    elsewhere = f"Vila Nova/{state}"
    cases = (
        # DDD, UF that a list told, city of the address, whether that day is closed
        (ddd, None, None, True),
        ("14", None, None, False),
        ("14", state, city, True),
        ("14", state, elsewhere, False),
        ("14", state, None, True),  # he may live there: nobody knows his city
        ("14", None, f" /{state}", True),
        ("14", "AC" if state != "AC" else "PR", city, True),  # two addresses told
    )
    for month, day in rule.check.days:
        noon = datetime(2026, month, day, 12, tzinfo=SAO_PAULO)
        for asked, uf, lives_in, closed in cases:
            case = a_case(ddd=asked, address=uf, city=lives_in, now=noon)
            found = {no.rule for no in refusals(case.question, case.facts, RULES)}
            assert (rule.code in found) is closed


def test_on_a_sunday_the_day_itself_is_told_too() -> None:
    case = a_case(now=local("2026-03-15T10:00"))
    objections = refusals(case.question, case.facts, RULES)
    assert [no.rule for no in objections] == ["hours_sp", "sunday"]


def test_every_rule_decides_some_case() -> None:
    cases = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("*.py"))
    named = {rule.code for rule in RULES if not isinstance(rule.check, DaysOff)}
    assert {code for code in named if f'"{code}"' not in cases} == set()


def test_every_state_has_hours() -> None:
    states = [
        uf for rule in RULES if isinstance(rule.check, Hours) for uf in rule.scope.ufs
    ]
    assert sorted(states) == sorted(UFS)


@pytest.mark.parametrize("ddd", sorted(AREAS))
def test_the_simulated_clock_starts_at_an_hour_open_in_the_whole_country(ddd: str) -> None:
    assert a_case(ddd=ddd).verdict().allowed


@pytest.mark.parametrize(
    ("means", "allowed"),
    [
        ("voice", False),
        ("robot", False),
        ("sms", False),
        ("whatsapp", False),
        ("email", True),
        ("letter", True),
    ],
)
def test_hours_bind_what_rings_or_buzzes(means: str, *, allowed: bool) -> None:
    case = a_case(means=means, address="SP", now=local("2026-03-15T10:00"))  # Sunday
    assert case.verdict().allowed is allowed


def test_the_day_of_attempts_is_the_debtors_own() -> None:
    # 01:30 in São Paulo is still the day before in Acre
    case = a_case(ddd="68", now=local("2026-03-11T01:30"))
    assert case.facts.day(case.now) == date(2026, 3, 10)


@pytest.mark.parametrize(
    ("point", "address"), [("+12025550123", None), ("+5511900012345", "XX")]
)
def test_without_a_known_place_there_is_no_verdict(point: str, address: str | None) -> None:
    assert places_of(point, [address] if address else []) == ()
    verdict = a_case(point=point, address=address).verdict()
    assert (verdict.allowed, verdict.rule, verdict.until) == (False, NO_VERDICT, None)


def test_without_an_address_no_letter() -> None:
    assert a_case(means="letter", point="Rua A, 1").verdict().rule == NO_VERDICT


def test_without_rules_there_is_no_verdict() -> None:
    assert a_case().verdict(()).rule == NO_VERDICT


def test_an_instant_without_zone_is_an_error() -> None:
    with pytest.raises(NaiveInstant):
        a_case(now=datetime(2026, 3, 10, 10, 0))  # noqa: DTZ001


def test_each_rule_cites_its_source_and_whether_it_was_read() -> None:
    said = ("; lido em ", "; não reconferido", "; cautela do Acordo")
    for rule in RULES:
        assert rule.title
        assert sum(words in rule.source for words in said) == 1, rule.code
    late = a_case(ddd="21", now=local("2026-03-10T19:30")).verdict()
    assert late.source.endswith("; lido em 21/11/2026")


RULE = """
[[rule]]
code = "extra"
kind = "hours"
title = "Extra"
source = "teste"
weekdays = ["10:00", "12:00"]
since = 2026
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "rule"),
        ("[[rule]", "TOML|Expected|]"),
        (RULE + RULE, "code given twice"),
        (RULE.replace("hours", "months"), "months"),
        (RULE.replace("10:00", "13:00"), "termina antes"),
        (RULE + 'ufs = ["XX"]', "estado desconhecido: XX"),
        (RULE + 'ddds = ["20"]', "DDD desconhecido: 20"),
        (RULE + 'cities = ["Campinas"]', "município sem o seu estado"),
        (RULE + 'cities = ["Campinas/XX"]', "município sem o seu estado"),
        (RULE + "hour = 1", "hour"),
        (RULE.replace("since = 2026", ""), "since"),
        (RULE + "caution = true\nread_on = 2026-11-21", "cautela nossa"),
    ],
)
def test_malformed_rules_are_refused(text: str, says: str) -> None:
    with pytest.raises(UnreadableRules, match=says):
        parse_rules(text)


SCOPES = [
    # scope, question, whether the rule (10 to 12 only) stands against Tuesday 15:00
    ("", {}, True),
    ('ufs = ["RJ"]', {}, False),
    ('ufs = ["RJ"]', {"address": "RJ"}, True),
    ('ddds = ["11"]', {}, True),
    ('ddds = ["12"]', {}, False),
    ('cities = ["SANTO ANDRÉ/SP"]', {}, False),
    ('cities = ["SANTO ANDRÉ/SP"]', {"city": "santo andre/sp"}, True),
    ('ddds = ["12"]\ncities = ["Santos/SP"]', {"city": "santos/sp"}, True),
    ('ddds = ["11"]\ncities = ["Santos/SP"]', {"city": "santo andre/sp"}, True),
    ('ddds = ["12"]\ncities = ["Santos/SP"]', {"city": "santo andre/sp"}, False),
    ('means = ["sms"]', {}, False),
    ('means = ["sms"]', {"means": "sms"}, True),
    ('means = ["voice"]', {"means": "robot"}, True),  # a robot's call is a call
    ('means = ["robot"]', {}, False),
    ('purposes = ["offer"]', {}, False),
    ("ends = 2026-03-10", {}, True),
    ("ends = 2026-03-09", {}, False),
]


@pytest.mark.parametrize(("scope", "asked", "stands"), SCOPES)
def test_a_rule_stands_only_within_its_scope(
    scope: str, asked: dict[str, str], *, stands: bool
) -> None:
    rules = parse_rules(RULE + scope)
    verdict = a_case(now=local("2026-03-10T15:00"), **asked).verdict(rules)
    assert verdict.allowed is not stands


def test_a_rule_that_begins_later_is_not_yet_in_force() -> None:
    rules = parse_rules(RULE.replace("since = 2026", "since = 2026-03-11"))
    assert a_case(now=local("2026-03-10T15:00")).verdict(rules).allowed
    assert not a_case(now=local("2026-03-11T15:00")).verdict(rules).allowed


def test_a_rule_that_ends_objects_no_longer_than_it_stands() -> None:
    rules = parse_rules(RULE + "ends = 2026-03-10")
    verdict = a_case(now=local("2026-03-10T15:00")).verdict(rules)
    assert verdict.until == local("2026-03-11T00:00")


def test_a_creditors_own_rule_binds_that_creditor_alone() -> None:
    own = uuid7()
    rules = parse_rules(RULE + f'creditor = "{own}"')
    at_three = local("2026-03-10T15:00")
    assert not a_case(now=at_three, creditor=own).verdict(rules).allowed
    assert a_case(now=at_three, creditor=uuid7()).verdict(rules).allowed
    assert not a_case(now=at_three).verdict(rules).allowed  # it may be that creditor
