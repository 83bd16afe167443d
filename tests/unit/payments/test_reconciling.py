"""Money that arrives: whatever happens, each cent is in the ledger or on the work list."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobranca.payments.link import LENGTH, Linked, Refused, read_token, token_of
from cobranca.payments.reconciling import (
    NOTHING,
    Arrival,
    Charge,
    Decision,
    Known,
    Reason,
    decide,
)
from cobranca.payments.transfer import Credit, Doubtful, Expected, Matched, match
from foundation.ids import uuid7

TODAY = date(2026, 11, 20)
HUNDRED = Decimal("100.00")
OPEN = Charge(expected=HUNDRED, entered=Decimal(0))


def _pix(amount: str, *, refunded: str = "0", reference: str = "E1") -> Arrival:
    return Arrival(
        reference=reference,
        means="pix",
        amount=Decimal(amount),
        paid_on=TODAY,
        refunded=Decimal(refunded),
    )


@pytest.mark.parametrize(
    ("arrival", "charge", "enter", "left", "reasons"),
    [
        (_pix("100.00"), OPEN, "100.00", "0", ()),
        (_pix("99.99"), OPEN, "99.99", "0", (Reason.PAID_LESS,)),
        (_pix("100.01"), OPEN, "100.00", "0.01", (Reason.PAID_MORE,)),
        (_pix("100.00"), None, "0", "100.00", (Reason.UNKNOWN,)),
        (
            _pix("100.00"),
            replace(OPEN, entered=HUNDRED),
            "0",
            "100.00",
            (Reason.PAID_TWICE,),
        ),
        (
            _pix("100.00"),
            replace(OPEN, removed=True),
            "100.00",
            "0",
            (Reason.AFTER_REMOVAL,),
        ),
        # heard of for the first time when it had been given back already
        (_pix("100.00", refunded="100.00"), OPEN, "0", "0", (Reason.REFUNDED,)),
        (_pix("100.00", refunded="30.00"), OPEN, "70.00", "0", (Reason.REFUNDED,)),
    ],
)
def test_an_arrival_heard_of_first(
    arrival: Arrival,
    charge: Charge | None,
    enter: str,
    left: str,
    reasons: tuple[Reason, ...],
) -> None:
    assert decide(arrival, charge, None) == Decision(
        enter=Decimal(enter), left=Decimal(left), reasons=reasons
    )


def test_the_same_news_again_changes_nothing() -> None:
    known = Known(amount=HUNDRED, refunded=Decimal(0), entered=HUNDRED)
    assert decide(_pix("100.00"), replace(OPEN, entered=HUNDRED), known) is NOTHING
    refunded = replace(known, refunded=HUNDRED, entered=Decimal(0))
    assert decide(_pix("100.00"), OPEN, refunded) is NOTHING  # older news, heard late


def test_a_refund_takes_out_only_what_was_entered() -> None:
    more = Known(amount=Decimal("120.00"), refunded=Decimal(0), entered=HUNDRED)
    assert decide(_pix("120.00", refunded="20.00"), OPEN, more).enter == 0
    assert decide(_pix("120.00", refunded="50.00"), OPEN, more).enter == Decimal("-30.00")


def test_a_reference_with_another_amount_is_a_contradiction() -> None:
    known = Known(amount=HUNDRED, refunded=Decimal(0), entered=HUNDRED)
    told = decide(_pix("200.00"), OPEN, known)
    assert told.reasons == (Reason.CONTRADICTED,)
    assert told.enter == 0


CENTS = st.integers(1, 50_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def _news(draw: st.DrawFn) -> list[Arrival]:
    """Up to three arrivals, each told several times with growing refunds, in any order."""
    told = []
    for reference in ("E1", "E2", "E3")[: draw(st.integers(1, 3))]:
        amount = draw(CENTS)
        shares = draw(st.lists(st.sampled_from((0, 1, 2, 4)), min_size=1, max_size=3))
        told += [
            _pix(
                str(amount),
                refunded=str(amount if s == 4 else Decimal(0)),
                reference=reference,
            )
            for s in shares
        ]
    return draw(st.permutations(told))


@given(_news(), CENTS, st.booleans())
def test_no_cent_is_lost_or_made_whatever_the_order(
    news: list[Arrival], expected: Decimal, removed: bool
) -> None:
    known: dict[str, Known] = {}
    entered = Decimal(0)
    for arrival in news:
        charge = Charge(expected=expected, entered=entered, removed=removed)
        before = known.get(arrival.reference)
        decision = decide(arrival, charge, before)
        entered += decision.enter
        if before is None:
            known[arrival.reference] = Known(
                amount=arrival.amount, refunded=arrival.refunded, entered=decision.enter
            )
            assert decision.enter + decision.left == arrival.amount - arrival.refunded
            assert decision.left == 0 or decision.reasons
        elif decision is not NOTHING:
            known[arrival.reference] = replace(
                before, refunded=arrival.refunded, entered=before.entered + decision.enter
            )
    assert entered == sum(each.entered for each in known.values())
    assert 0 <= entered <= expected
    for each in known.values():
        assert 0 <= each.entered <= each.amount - each.refunded


PAYER, OTHER = "52998224725", "12345678909"
DUE = Expected(charge_id=uuid7(), amount=HUNDRED, due_on=TODAY, document=PAYER)


def _credit(document: str | None = PAYER, amount: str = "100.00", late: int = 0) -> Credit:
    on = TODAY + timedelta(days=late)
    return Credit(reference="T1", amount=Decimal(amount), on=on, document=document)


def test_a_transfer_is_matched_when_there_is_exactly_one() -> None:
    stranger = replace(DUE, charge_id=uuid7(), document=OTHER)
    assert match(_credit(), [stranger, DUE]) == Matched(DUE)


@pytest.mark.parametrize(
    ("credit", "expected", "why"),
    [
        (_credit(), [], "nobody"),
        (_credit(), [DUE, replace(DUE, charge_id=uuid7())], "several"),
        (_credit(None), [DUE], "no_document"),
        (_credit(OTHER), [DUE], "other_document"),
        (_credit(amount="99.99"), [DUE], "other_amount"),
        (_credit(late=11), [DUE], "other_date"),
        (_credit(late=-31), [DUE], "other_date"),
    ],
)
def test_a_doubtful_transfer_goes_to_a_person(
    credit: Credit, expected: list[Expected], why: str
) -> None:
    told = match(credit, expected)
    assert isinstance(told, Doubtful)
    assert told.why == why
    assert set(told.candidates) == set(expected)


KEY = b"k" * 32
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_a_link_leads_to_its_agreement_until_it_ends() -> None:
    agreement = uuid7()
    token = token_of(KEY, agreement, turn=3, ends_at=NOW + timedelta(days=5))
    assert len(token) == LENGTH
    read = read_token(KEY, token, now=NOW)
    assert read == Linked(agreement, 3, NOW + timedelta(days=5))
    assert read_token(KEY, token, now=NOW + timedelta(days=5)) == Refused("expired")
    assert read_token(b"x" * 32, token, now=NOW) == Refused("invalid")
    assert agreement.hex not in token


@pytest.mark.parametrize(
    "token", ["", "a", "ç" * 51, "A" * 51, "A" * 500, "../../etc/passwd"]
)
def test_what_is_no_token_is_invalid(token: str) -> None:
    assert read_token(KEY, token, now=NOW) == Refused("invalid")


@given(st.integers(0, LENGTH - 1), st.sampled_from("ABCxyz019-_"))
def test_no_altered_token_counts(place: int, sign: str) -> None:
    token = token_of(KEY, uuid7(), turn=1, ends_at=NOW + timedelta(days=1))
    altered = token[:place] + sign + token[place + 1 :]
    if altered != token:
        assert read_token(KEY, altered, now=NOW) == Refused("invalid")
