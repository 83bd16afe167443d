"""Laws of the policy: rules only forbid, and the next allowed instant is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cobranca.compliance.limits import Cap
from cobranca.compliance.model import PastContact, Suppression, homes_of
from cobranca.compliance.persons import (
    ClosedBook,
    Listed,
    Minor,
    NothingOwed,
    Prescribed,
    Suppressed,
)
from cobranca.compliance.points import ActivePoint, Destination, Simulation
from cobranca.compliance.rules import Rule
from cobranca.compliance.scope import Scope
from cobranca.compliance.times import DaysOff, Holidays, Hours, Sundays
from cobranca.debts.closed import Closed
from foundation.brasil.ddd import AREAS, UFS
from foundation.ids import uuid7
from tests.builders.contact import RULES, Case, a_case

INSTANTS = st.datetimes(
    min_value=datetime(2025, 1, 1),  # noqa: DTZ001
    max_value=datetime(2028, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))
CREDITOR, CAMPAIGN, DEBT = uuid7(), uuid7(), uuid7()
MEANS = st.sampled_from(["voice", "robot", "sms", "whatsapp", "email", "letter"])
PURPOSES = st.sampled_from(["collection", "offer", "conciliation"])
ERRANDS = st.one_of(PURPOSES, st.sampled_from(["service", "agreed"]))
CLOSED = st.sampled_from([None, *Closed])
MOSTLY = st.integers(0, 19).map(bool)  # refused for little else, a law would say little
REASONS = st.sampled_from(["opt_out", "pause", "super_indebtedness", "wrong_party"])


def contacts(now: datetime) -> st.SearchStrategy[PastContact]:
    return st.builds(
        PastContact,
        day=st.integers(0, 9).map(lambda ago: now.date() - timedelta(days=ago)),
        same_person=st.booleans(),
        same_point=st.booleans(),
        ours=st.booleans(),
        talked=st.booleans(),
        right_party=st.booleans(),
    )


def suppressions() -> st.SearchStrategy[Suppression]:
    return st.builds(
        Suppression,
        reason=REASONS,
        until=st.none() | INSTANTS,
        creditor=st.sampled_from([None, CREDITOR, uuid7()]),
        debt=st.sampled_from([None, DEBT, uuid7()]),
        means=st.none() | MEANS,
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    now = draw(INSTANTS)
    return a_case(
        ddd=draw(st.sampled_from(sorted(AREAS))),
        address=draw(st.none() | st.sampled_from(sorted(UFS))),
        now=now,
        city=draw(st.sampled_from([None, "Santos/SP", "Recife/PE"])),
        means=draw(MEANS),
        purpose=draw(ERRANDS),
        creditor=draw(st.sampled_from([None, CREDITOR])),
        campaign=draw(st.sampled_from([None, CAMPAIGN])),
        debt=draw(st.sampled_from([None, DEBT])),
        asked_for=draw(st.booleans()),
        contacts=tuple(draw(st.lists(contacts(now), max_size=9))),
        suppressions=tuple(draw(st.lists(suppressions(), max_size=2))),
        birth_date=draw(st.none() | st.dates(date(1930, 1, 1), date(2025, 1, 1))),
        last_due=draw(st.none() | st.dates(date(2018, 1, 1), date(2026, 1, 1))),
        lists=frozenset(draw(st.lists(st.sampled_from(["pa", "sp"]), max_size=2))),
        closed=draw(CLOSED),
        owes=draw(MOSTLY),
        point_status="active" if draw(MOSTLY) else "invalid",
        line="mobile" if draw(MOSTLY) else "other",
        simulated_route=draw(MOSTLY),
    )


def windows() -> st.SearchStrategy[tuple[time, time]]:
    return st.tuples(st.integers(0, 11), st.integers(12, 23)).map(
        lambda hours: (time(hours[0]), time(hours[1]))
    )


CHECKS: dict[type[Any], st.SearchStrategy[Any]] = {
    Cap: st.builds(
        Cap,
        most=st.integers(1, 4),
        days=st.integers(1, 9),
        counts=st.sampled_from(["attempts", "talks", "right_party"]),
        of=st.sampled_from(["person", "point"]),
        unless_asked_for=st.booleans(),
    ),
    Hours: st.builds(Hours, weekdays=windows(), saturday=st.none() | windows()),
    Suppressed: st.builds(
        Suppressed,
        reason=st.none() | REASONS,
        but=st.frozensets(REASONS, max_size=2),
    ),
    Minor: st.builds(Minor, age=st.integers(1, 30)),
    Prescribed: st.builds(Prescribed, years=st.integers(1, 10)),
    Listed: st.builds(
        Listed, lists=st.frozensets(st.sampled_from(["pa", "sp"]), min_size=1)
    ),
    DaysOff: st.builds(
        DaysOff,
        days=st.frozensets(st.tuples(st.integers(1, 12), st.integers(1, 28))),
        name=st.just("feriado"),
    ),
} | {
    plain: st.builds(plain)
    for plain in (
        Sundays, Holidays, ClosedBook, NothingOwed, ActivePoint, Destination, Simulation,
    )
}  # fmt: skip


def rules() -> st.SearchStrategy[Rule]:
    named: dict[str, Any] = {"code": "extra", "title": "Extra", "source": "teste"}
    scopes = st.builds(
        Scope,
        since=DAYS,
        ends=st.none() | DAYS,
        ufs=st.frozensets(st.sampled_from(sorted(UFS)), max_size=9),
        ddds=st.frozensets(st.sampled_from(sorted(AREAS)), max_size=9),
        cities=st.frozensets(st.sampled_from(["santos/sp", "recife/pe"]), max_size=2),
        means=st.frozensets(MEANS, max_size=3),
        purposes=st.frozensets(PURPOSES, max_size=2),
        service=st.booleans(),
        creditor=st.sampled_from([None, CREDITOR]),
        campaign=st.sampled_from([None, CAMPAIGN]),
    )
    return st.builds(
        lambda check, scope: Rule(check=check, scope=scope, **named),
        st.one_of(*CHECKS.values()),
        st.just(Scope()) | scopes,
    )


def test_every_kind_of_rule_is_among_those_that_are_added() -> None:
    assert {type(rule.check) for rule in RULES} - CHECKS.keys() == set()


@given(cases(), st.lists(rules(), max_size=4), rules())
def test_adding_a_rule_never_allows_more(
    case: Case, some: Sequence[Rule], another: Rule
) -> None:
    for base in (RULES, tuple(some) or RULES):
        before = case.verdict(base)
        after = case.verdict((*base, another))
        assert before.allowed or not after.allowed
        if before.until and after.until:
            assert before.until <= after.until


@given(cases(), st.data())
def test_knowing_more_against_a_contact_never_allows_it(
    case: Case, data: st.DataObject
) -> None:
    facts, before = case.facts, case.verdict()
    more = data.draw(
        st.one_of(
            suppressions().map(
                lambda one: replace(facts, suppressions=(*facts.suppressions, one))
            ),
            contacts(case.now).map(
                lambda one: replace(facts, contacts=(*facts.contacts, one))
            ),
            st.sampled_from(["pa", "sp", "nao_me_perturbe"]).map(
                lambda name: replace(facts, lists=facts.lists | {name})
            ),
            st.sampled_from(Closed).map(lambda what: replace(facts, closed=what)),
            st.just(replace(facts, owes=False)),
            st.just(replace(facts, point_status="invalid")),
            st.sampled_from(["SP", "PE"]).map(
                lambda uf: replace(facts, homes=facts.homes | homes_of([uf], None))
            ),
        )
    )
    assert before.allowed or not replace(case, facts=more).verdict().allowed


@given(cases(), st.sampled_from(Closed))
def test_nobody_is_contacted_for_what_is_closed(case: Case, what: Closed) -> None:
    shut = replace(case, facts=replace(case.facts, closed=what))
    assert not shut.verdict().allowed or shut.question.purpose in ("service", "agreed")


@given(cases())
def test_saying_less_of_whose_contact_it_is_never_allows_more(case: Case) -> None:
    vague = replace(case.question, creditor=None, debt=None)
    assert case.verdict().allowed or not replace(case, question=vague).verdict().allowed


@given(cases(), st.lists(rules(), max_size=3))
def test_until_is_later_than_now_and_the_first_allowed_instant(
    case: Case, some: list[Rule]
) -> None:
    rules = (*RULES, *some)
    verdict = case.verdict(rules)
    if verdict.until is None:
        return
    assert not verdict.allowed
    assert verdict.until > case.now
    assert case.at(verdict.until).verdict(rules).allowed
    moment_before = case.at(verdict.until - timedelta(seconds=1))
    if moment_before.now > case.now:
        assert not moment_before.verdict(rules).allowed


@given(cases())
def test_waiting_helps_unless_somebody_said_never(case: Case) -> None:
    facts = case.facts
    never = any(s.until is None or s.until > case.now for s in facts.suppressions)
    # until a child is of age its debts are prescribed
    if never or facts.last_due or facts.lists or facts.closed or not facts.places:
        return
    reached = facts.simulated_route and facts.line != "other"
    if not facts.owes or facts.point_status != "active" or not reached:
        return
    verdict = case.verdict()
    assert verdict.allowed or verdict.until is not None


@given(cases())
def test_what_is_open_stays_open_until_it_closes(case: Case) -> None:
    closes = case.open_until()
    if closes is None:
        return
    assert case.verdict().allowed
    step = (closes - case.now) / 7
    between = [case.at(case.now + step * n) for n in range(7)]
    assert all(later.verdict().allowed for later in between)
    assert not case.at(closes).verdict().allowed
