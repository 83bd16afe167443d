"""Whatever is wished, what is offered is within the policy, and sums to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranca.agreements.life import (
    LIVING,
    Accepted,
    Event,
    Evidence,
    ImpossibleTransition,
    Lapsed,
    PaymentCame,
    PaymentWentBack,
    Replaced,
    State,
    Withdrawn,
    next_state,
    shares,
)
from cobranca.agreements.offer import Offer, OutsideThePolicy, Payment, Situation
from cobranca.agreements.policy import Authority, Channel, Condition, Policy
from cobranca.agreements.schedule import amounts, due_dates
from cobranca.agreements.simulation import Wishes, simulate
from cobranca.debts.accounts import ZERO, reais
from ura.flow.prompts import Prompt, parts_of
from ura.speaking.pieces import inventory, pieces_of
from ura.steps.offering import in_speech

ON = settings(max_examples=60)
TODAY = date(2026, 3, 10)

money = st.integers(1, 5_000_000).map(reais)
part = st.decimals(0, 1, places=3)


@st.composite
def conditions(draw: st.DrawFn, name: str = "única") -> Condition:
    limits = sorted(draw(st.lists(part, min_size=3, max_size=3)))
    low = draw(st.integers(1, 6))
    return Condition(
        name=name,
        days_late=(0, draw(st.integers(0, 2000))),
        instalments=(low, low + draw(st.integers(0, 30))),
        discount=dict(zip(Authority, limits, strict=True)),
        discount_of_charges=draw(st.booleans()),
        min_instalment=draw(st.integers(1, 20_000).map(reais)),
        first_payment=draw(st.decimals(0, "0.5", places=2)),
        monthly_rate=draw(
            st.sampled_from([Decimal(0), Decimal("0.0199"), Decimal("0.05")])
        ),
        first_within_days=draw(st.integers(0, 30)),
        due_days=draw(st.frozensets(st.integers(1, 31), max_size=4)),
        channels=draw(st.frozensets(st.sampled_from(Channel), max_size=2)),
    )


policies = st.builds(
    Policy,
    code=st.just("teste"),
    version=st.just(1),
    valid_from=st.just(date(2026, 1, 1)),
    valid_until=st.none() | st.just(date(2026, 3, 9)) | st.just(date(2026, 3, 12)),
    conditions=conditions().map(lambda one: (one,)),
)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    owed = draw(money)
    return Situation(
        on=TODAY,
        creditor="Loja",
        owed=owed,
        charges=min(owed, draw(money)),
        days_late=draw(st.integers(0, 1500)),
        segment="varejo",
        channel=draw(st.sampled_from(Channel)),
        authority=draw(st.sampled_from(Authority)),
    )


wishes = st.builds(
    Wishes,
    instalments=st.none() | st.integers(1, 40),
    monthly=st.none() | money,
    first_payment=st.none() | money,
    discount=st.none() | money,
    day=st.none() | st.integers(1, 31),
    first_due=st.none() | st.integers(-5, 60).map(lambda n: TODAY + timedelta(days=n)),
)


@ON
@given(policies, situations(), wishes)
def test_no_offer_is_outside_the_policy(
    policy: Policy, situation: Situation, wished: Wishes
) -> None:
    """Looked at clause by clause, by other code than that which made the offer."""
    found = simulate([policy], situation, wished)
    for offer in (*found.offers, *found.counters):
        (condition,) = policy.conditions
        base = situation.charges if condition.discount_of_charges else situation.owed
        assert policy.valid_from <= TODAY
        assert (
            policy.valid_until is None or TODAY <= offer.valid_until <= policy.valid_until
        )
        assert situation.days_late <= condition.days_late[1]
        assert not condition.channels or situation.channel in condition.channels
        assert 0 <= offer.discount <= base * condition.discount[situation.authority]
        low, high = condition.instalments
        assert low <= len(offer.payments) <= high
        assert all(one.amount >= condition.min_instalment for one in offer.payments)
        if len(offer.payments) > 1:
            assert offer.payments[0].amount >= offer.price * condition.first_payment
        first = offer.payments[0].due_on
        assert TODAY <= first <= TODAY + timedelta(days=condition.first_within_days)
        assert [one.due_on for one in offer.payments] == sorted(
            {one.due_on for one in offer.payments}
        )
        if condition.monthly_rate == 0:
            assert offer.total == offer.price == situation.owed - offer.discount
            assert offer.cost == 0
        else:
            assert offer.total >= offer.price - Decimal("0.01") * len(offer.payments)


@ON
@given(policies, situations(), wishes)
def test_every_offer_is_told_in_recorded_fragments(
    policy: Policy, situation: Situation, wished: Wishes
) -> None:
    told = Prompt(id="x", parts=parts_of("x", "{proposal:text}."), of_debt=True)
    found = simulate([policy], situation, wished)
    for offer in (*found.offers, *found.counters):
        pieces = pieces_of(told, {"proposal": in_speech(offer)})
        assert {piece.text for piece in pieces} <= inventory()


@ON
@given(policies, situations(), wishes)
def test_what_was_wished_is_what_is_offered(
    policy: Policy, situation: Situation, wished: Wishes
) -> None:
    for offer in simulate([policy], situation, wished).offers:
        if wished.instalments is not None:
            assert len(offer.payments) == wished.instalments
        if wished.discount is not None:
            assert offer.discount == wished.discount
        if wished.first_due is not None:
            assert offer.payments[0].due_on == wished.first_due
        if wished.monthly is not None:
            assert all(one.amount <= wished.monthly for one in offer.payments[1:])


@ON
@given(policies, situations(), wishes, st.data())
def test_an_offer_that_was_tampered_with_cannot_be_made(
    policy: Policy, situation: Situation, wished: Wishes, data: st.DataObject
) -> None:
    found = simulate([policy], situation, wished)
    for offer in (*found.offers, *found.counters)[:2]:
        which = data.draw(st.integers(0, len(offer.payments) - 1))
        payments = list(offer.payments)
        fewer = payments[which].amount - Decimal("0.02")
        payments[which] = Payment(payments[which].due_on, fewer)
        if _is_another_offer(offer, tuple(one.amount for one in payments)):
            continue
        with pytest.raises(OutsideThePolicy):
            replace(offer, payments=tuple(payments))
        with pytest.raises(OutsideThePolicy):
            replace(offer, discount=offer.situation.owed)
        with pytest.raises(OutsideThePolicy):
            replace(offer, condition=offer.condition.model_copy(update={"name": "outra"}))


@given(money, st.integers(1, 120))
def test_instalments_sum_to_the_price_to_the_cent(price: Decimal, count: int) -> None:
    parts = amounts(price, count, Decimal(0))
    assert (len(parts), sum(parts, ZERO)) == (count, price)
    assert max(parts) - min(parts) < Decimal("0.01") * count


@given(money, st.integers(2, 60), st.integers(1, 99))
def test_a_first_payment_of_ones_own_keeps_the_sum(
    price: Decimal, count: int, percent: int
) -> None:
    first = (price * percent / 100).quantize(Decimal("0.01"))
    parts = amounts(price, count, Decimal(0), first)
    assert (parts[0], sum(parts, ZERO)) == (first, price)


@given(st.integers(1, 31), st.integers(1, 48), st.integers(0, 400))
def test_due_dates_fall_on_the_day_or_on_the_months_last(
    day: int, count: int, after: int
) -> None:
    dues = due_dates(TODAY + timedelta(days=after), count, day)
    assert len(dues) == count
    for due in dues[1:]:
        assert due.day == day or (due + timedelta(days=1)).day == 1
    assert all(after > before for before, after in pairwise(dues))


@given(st.dictionaries(st.uuids(), money, min_size=1, max_size=5), money)
def test_a_payment_is_split_over_debts_to_the_cent(
    owed: dict[UUID, Decimal], amount: Decimal
) -> None:
    parts = shares(owed, amount)
    assert sum(parts.values(), ZERO) == amount
    assert all(share >= 0 for share in parts.values())


CLICK = Evidence(message="wamid.1")
events = st.sampled_from(
    [
        Accepted(CLICK),
        PaymentCame(ZERO),
        PaymentCame(Decimal("1.00")),
        PaymentWentBack(ZERO),
        PaymentWentBack(Decimal("1.00")),
        Lapsed(1),
        Replaced(UUID(int=1)),
        Withdrawn("expired"),
    ]
)


@given(st.lists(events, max_size=12))
def test_an_agreement_that_ended_never_binds_again(story: list[Event]) -> None:
    """But one that was kept, when its payment went back."""
    state, ended = State.PROPOSED, False
    for event in story:
        try:
            state = next_state(state, event)
        except ImpossibleTransition:
            continue
        assert not (ended and state in LIVING)
        ended = state not in LIVING and state is not State.KEPT


def test_evidence_is_one_and_whole() -> None:
    for wrong in (
        {},
        {"recording": UUID(int=1)},
        {"address": "10.0.0.1"},
        {"message": "x", "recording": UUID(int=1), "second": 3.0},
    ):
        with pytest.raises(ValueError, match="prova"):
            Evidence(**wrong)


def test_an_offer_says_what_it_is(  # the arithmetic shown
) -> None:
    condition = Condition(
        name="2 a 6 vezes",
        instalments=(2, 6),
        discount={Authority.AGENT: Decimal("0.10"), Authority.SUPERVISOR: Decimal("0.30")},
        monthly_rate=Decimal("0.02"),
        first_payment=Decimal("0.20"),
    )
    policy = Policy(
        code="p", version=1, valid_from=date(2026, 1, 1), conditions=(condition,)
    )
    situation = Situation(
        on=TODAY,
        creditor="Loja",
        owed=Decimal("1000.00"),
        charges=Decimal("100.00"),
        days_late=100,
        segment="",
        channel=Channel.DESK,
        authority=Authority.AGENT,
    )
    (offer,) = simulate(
        [policy],
        situation,
        Wishes(instalments=4, first_payment=Decimal("180.00"), first_due=TODAY),
    ).offers
    assert offer.price == Decimal("900.00")
    # 720.00 in three: 720 * 0.02 / (1 - 1.02 ** -3) = 249.66
    assert [one.amount for one in offer.payments] == [
        Decimal("180.00"),
        *[Decimal("249.66")] * 3,
    ]
    assert offer.financing == Decimal("28.98")
    # 2 % a month is 26.82 % a year; by days, 31 + 30 + 31, a little less
    assert Decimal("0.2650") < offer.cost < Decimal("0.2690")
    assert isinstance(offer, Offer)


def test_what_cannot_be_is_told_and_the_nearest_is_offered() -> None:
    condition = Condition(name="à vista", discount={Authority.SUPERVISOR: Decimal("0.40")})
    more = Condition(name="até 3", instalments=(2, 3), min_instalment=Decimal("300.00"))
    policy = Policy(
        code="p", version=1, valid_from=date(2026, 1, 1), conditions=(condition, more)
    )
    situation = Situation(
        on=TODAY,
        creditor="Loja",
        owed=Decimal("1000.00"),
        charges=ZERO,
        days_late=10,
        segment="",
        channel=Channel.PORTAL,
        authority=Authority.ROBOT,
    )
    asked = simulate([policy], situation, Wishes(instalments=10))
    assert [(one.condition, one.reasons) for one in asked.refusals] == [
        ("à vista", ("instalments",)),
        ("até 3", ("instalments", "min_instalment")),
    ]
    assert [len(one.payments) for one in asked.counters] == [1, 3]
    less = simulate([policy], situation, Wishes(discount=Decimal("400.00")))
    assert less.offers == ()
    assert ("à vista", ("discount",)) in [(r.condition, r.reasons) for r in less.refusals]
    month = simulate([policy], situation, Wishes(monthly=Decimal("350.00")))
    assert [len(one.payments) for one in month.offers] == [3]
    short = simulate([policy], situation, Wishes(monthly=Decimal("100.00")))
    assert short.offers == ()
    assert [one.reasons for one in short.refusals] == [("monthly",), ("monthly",)]


def _is_another_offer(offer: Offer, paid: tuple[Decimal, ...]) -> bool:
    """Of a few cents, a lower first payment may leave the same rest: that may be agreed."""
    count, rate = len(paid), offer.condition.monthly_rate
    least = offer.price * offer.condition.first_payment
    return least <= paid[0] and paid == amounts(offer.price, count, rate, paid[0])
