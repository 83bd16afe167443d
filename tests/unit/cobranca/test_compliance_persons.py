"""The rules of persons and points, case by case, under the rules that ship."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from cobranca.compliance.model import ALLOWED, Purpose, Suppression
from cobranca.compliance.scope import Scope
from cobranca.debts.closed import Closed
from foundation.ids import uuid7
from tests.builders.contact import SAO_PAULO, a_case, past

CREDITOR, OTHER, DEBT = uuid7(), uuid7(), uuid7()
ELSEWHERE = {"same_point": False}
ANOTHER = {"same_person": False}
INBOUND = {"ours": False}
TALK = {"talked": True}
RIGHT = {"talked": True, "right_party": True}


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SAO_PAULO)


# Asked on Tuesday 10 March at 10:00 in São Paulo: contacts before, what is asked besides,
# deciding rule, next allowed instant.
LIMITS: list[tuple[Any, dict[str, Any], str, str | None]] = [
    (past(0, 2), {}, ALLOWED, None),
    (past(0, 3), {}, "attempts_per_day", "2026-03-11T08:00"),
    # over all numbers and means
    (past(0, 2) + past(0, 1, **ELSEWHERE), {}, "attempts_per_day", "2026-03-11T08:00"),
    (past(0, 3, **ELSEWHERE), {"means": "sms"}, "attempts_per_day", "2026-03-11T08:00"),
    (past(0, 3), {"means": "email", "address": "SP"}, "attempts_per_day",
     "2026-03-11T00:00"),
    # his own calls to us are none of ours
    (past(0, 3, **INBOUND), {}, ALLOWED, None),
    # 4 to 10 March are seven days: the two of the 4th leave the window on the 11th
    (past(6, 2) + past(3, 3) + past(0, 2), {}, "attempts_per_week", "2026-03-11T08:00"),
    (past(7, 2) + past(3, 3) + past(0, 2), {}, ALLOWED, None),
    # 3 on Tuesday, 4 on Saturday (7 March): free again on Saturday 14
    (past(3, 4) + past(0, 3), {}, "attempts_per_week", "2026-03-14T08:00"),
    # a number is spared whoever it is called for
    (past(0, 3, **ANOTHER), {}, "number_per_day", "2026-03-11T08:00"),
    (past(2, 7, **ANOTHER), {}, "number_per_week", "2026-03-16T08:00"),
    (past(0, 3, **ANOTHER, **ELSEWHERE), {}, ALLOWED, None),
    # one talk a day, three days after one with the debtor: 8, 9, 10 March, free on the 11th
    (past(0, 1, **TALK), {}, "talk_per_day", "2026-03-11T08:00"),
    (past(1, 1, **TALK), {}, ALLOWED, None),
    (past(0, 1, **RIGHT), {}, "after_talk", "2026-03-13T08:00"),
    (past(2, 1, **RIGHT), {}, "after_talk", "2026-03-11T08:00"),
    (past(3, 1, **RIGHT), {}, ALLOWED, None),
    # he called us and talked: the same rest
    (past(1, 1, **RIGHT, **INBOUND), {}, "after_talk", "2026-03-12T08:00"),
    # what he asked for is none of his disturbance, but still an attempt
    (past(0, 1, **RIGHT), {"asked_for": True}, ALLOWED, None),
    (past(0, 3, **RIGHT), {"asked_for": True}, "attempts_per_day", "2026-03-11T08:00"),
]  # fmt: skip


@pytest.mark.parametrize(("contacts", "asked", "rule", "until"), LIMITS)
def test_how_often(
    contacts: Any, asked: dict[str, Any], rule: str, until: str | None
) -> None:
    verdict = a_case(contacts=contacts, **asked).verdict()
    assert (verdict.rule, verdict.until) == (rule, None if until is None else local(until))


def test_a_friday_out_of_attempts_in_rio_waits_for_monday() -> None:
    day = date(2026, 3, 13)
    case = a_case(ddd="21", contacts=past(0, 3, day=day), now=local("2026-03-13T15:00"))
    assert case.verdict().until == local("2026-03-16T09:00")


SOON = local("2026-03-12T12:00")
LEDGER: list[tuple[tuple[Suppression, ...], dict[str, Any], str, datetime | None]] = [
    *[
        ((Suppression(reason),), {}, reason, None)
        for reason in (
            "opt_out", "number_opt_out", "wrong_party", "workplace", "deceased", "counsel",
            "dispute", "bankruptcy", "super_indebtedness",
        )
    ],
    ((Suppression("payment_confirming", SOON),), {}, "payment_confirming", SOON),
    # a reason that no rule names is obeyed too
    ((Suppression("pause", SOON),), {}, "suppressed", SOON),
    # over
    ((Suppression("pause", local("2026-03-10T10:00")),), {}, ALLOWED, None),
    # of several the longest
    (
        (Suppression("payment_confirming", SOON), Suppression("dispute")),
        {}, "dispute", None,
    ),
    # of one creditor, debt or means
    ((Suppression("counsel", creditor=CREDITOR),), {"creditor": CREDITOR}, "counsel", None),
    ((Suppression("counsel", creditor=CREDITOR),), {"creditor": OTHER}, ALLOWED, None),
    ((Suppression("counsel", creditor=CREDITOR),), {}, "counsel", None),  # may be that one
    ((Suppression("dispute", debt=DEBT),), {"debt": DEBT}, "dispute", None),
    ((Suppression("dispute", debt=DEBT),), {"debt": OTHER}, ALLOWED, None),
    ((Suppression("dispute", debt=DEBT),), {}, "dispute", None),  # it may be that one
    ((Suppression("opt_out", means="sms"),), {"means": "sms"}, "opt_out", None),
    ((Suppression("opt_out", means="sms"),), {}, ALLOWED, None),
    # who wants no calls wants none by a robot either
    ((Suppression("opt_out", means="voice"),), {"means": "robot"}, "opt_out", None),
    ((Suppression("opt_out", means="robot"),), {}, ALLOWED, None),
    # the over-indebted may be invited to conciliate, and nothing else
    (
        (Suppression("super_indebtedness"),),
        {"purpose": "offer"}, "super_indebtedness", None,
    ),
    ((Suppression("super_indebtedness"),), {"purpose": "conciliation"}, ALLOWED, None),
    (  # to a rule of collection what was agreed is collection
        (Suppression("super_indebtedness"),),
        {"purpose": "agreed"}, "super_indebtedness", None,
    ),
    ((Suppression("opt_out"),), {"purpose": "conciliation"}, "opt_out", None),
]  # fmt: skip


@pytest.mark.parametrize(("ledger", "asked", "rule", "until"), LEDGER)
def test_who_is_in_the_ledger(
    ledger: tuple[Suppression, ...],
    asked: dict[str, Any],
    rule: str,
    until: datetime | None,
) -> None:
    verdict = a_case(suppressions=ledger, **asked).verdict()
    assert (verdict.rule, verdict.until) == (rule, until)


def test_a_reason_that_nobody_foresaw_is_named() -> None:
    assert "pause" in a_case(suppressions=(Suppression("pause"),)).verdict().source


@pytest.mark.parametrize(
    ("last_due", "rule"),
    [
        (None, ALLOWED),
        (date(2021, 3, 10), ALLOWED),  # five years are over at the end of today
        (date(2021, 3, 9), "prescribed"),
        (date(2026, 1, 5), ALLOWED),
    ],
)
def test_prescribed_debt_is_not_collected(last_due: date | None, rule: str) -> None:
    verdict = a_case(last_due=last_due).verdict()
    assert (verdict.rule, verdict.until) == (rule, None)


@pytest.mark.parametrize(
    ("closed", "purpose", "rule"),
    [
        (Closed.CREDITOR, "collection", "closed"),
        (Closed.PORTFOLIO, "offer", "closed"),
        (Closed.CREDITOR, "conciliation", "closed"),
        (Closed.CREDITOR, "service", ALLOWED),  # receipts, quittances, codes
        (Closed.CREDITOR, "agreed", ALLOWED),  # what falls due of an agreement
        (Closed.PORTFOLIO, "agreed", ALLOWED),
    ],
)
def test_nothing_new_is_collected_for_what_is_closed(
    closed: Closed, purpose: Any, rule: str
) -> None:
    verdict = a_case(closed=closed, purpose=purpose).verdict()
    assert (verdict.rule, verdict.until) == (rule, None)


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ({"owes": True}, ALLOWED),
        ({}, "nothing_owed"),  # paid, or never owed
        ({"means": "letter", "address": "SP"}, "nothing_owed"),
        ({"purpose": "agreed"}, "nothing_owed"),  # the agreement is paid, too
        ({"purpose": "service"}, ALLOWED),  # the receipt of what was paid
        ({"purpose": "conciliation"}, ALLOWED),
        ({"asked_for": True}, ALLOWED),  # he wants to be called back
    ],
)
def test_what_is_not_owed_is_not_collected(asked: dict[str, Any], rule: str) -> None:
    verdict = a_case(**{"owes": False} | asked).verdict()
    assert (verdict.rule, verdict.until) == (rule, None)


def test_what_is_closed_is_named() -> None:
    assert a_case(closed=Closed.PORTFOLIO).verdict().source.startswith("carteira: ")


@pytest.mark.parametrize(
    ("name", "ddd", "asked", "rule"),
    [
        ("pa", "91", {}, "listed_pa"),  # Pará's binds collectors
        ("sp", "11", {}, ALLOWED),
        ("sp", "11", {"purpose": "offer"}, "listed_sp"),
        ("nao_me_perturbe", "11", {}, ALLOWED),
        ("nao_me_perturbe", "11", {"purpose": "offer"}, "listed_nao_me_perturbe"),
    ],
)
def test_do_not_call_lists(name: str, ddd: str, asked: dict[str, Any], rule: str) -> None:
    assert a_case(ddd=ddd, lists=frozenset({name}), **asked).verdict().rule == rule


@pytest.mark.parametrize(
    ("point", "simulated_route", "rule"),
    [
        ("+5511900012345", True, ALLOWED),
        ("+5511900012345", False, "simulation"),
        ("+5511912345678", True, "simulation"),
        ("+5511912345678", False, ALLOWED),
    ],
)
def test_simulated_numbers_and_routes_belong_together(
    point: str, simulated_route: bool, rule: str
) -> None:
    assert a_case(point=point, simulated_route=simulated_route).verdict().rule == rule


def test_other_destinations_are_refused() -> None:
    assert a_case(line="other").verdict().rule == "destination"


def test_a_point_that_is_not_active_is_refused() -> None:
    verdict = a_case(point_status="wrong_party").verdict()
    assert (verdict.rule, verdict.until) == ("point_not_active", None)
    assert verdict.source.startswith("wrong_party")


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
    assert a_case(birth_date=born).verdict().allowed is allowed


def test_a_minor_of_29_february_is_of_age_on_1_march() -> None:
    case = a_case(birth_date=date(2008, 2, 29), now=local("2026-02-28T10:00"))
    # 1 March 2026 is a Sunday
    assert (case.verdict().rule, case.verdict().until) == (
        "minor",
        local("2026-03-02T08:00"),
    )


@pytest.mark.parametrize(
    ("named", "asked", "met"),
    [
        ("agreed", "agreed", True),
        ("collection", "agreed", True),
        ("offer", "agreed", False),
        ("agreed", "collection", False),
    ],
)
def test_a_rule_of_ones_own_meets_what_it_names(
    named: Purpose, asked: Purpose, met: bool
) -> None:
    question = a_case(purpose=asked).question
    assert Scope(purposes=frozenset({named})).concerns(question) is met
