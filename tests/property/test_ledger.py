"""Whatever happens to a debt, money is conserved and every balance can be explained."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from uuid import UUID

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranca.debts.accounts import OWED, ZERO, Account, cents, reais
from cobranca.debts.balances import NEVER, Positions, balances, times
from cobranca.debts.charges import Position, Setting, late_since
from cobranca.debts.entries import Entry
from cobranca.debts.facts import (
    Amended,
    AnyFact,
    Discounted,
    FeeCharged,
    Means,
    Opened,
    Paid,
    Released,
    Undone,
)
from cobranca.debts.index_files import shipped
from cobranca.debts.index_tables import Indices
from cobranca.debts.ledger import appended, balance, fold
from cobranca.debts.terms import DailyInterest, Interest, MonthlyInterest, NoInterest, Terms

ON = settings(max_examples=40)  # whole histories are slow to draw
INDICES = Indices(shipped())
AGREEMENT = UUID(int=1)
FIRST_DAY = date(2021, 1, 1)

days = st.integers(0, 1700).map(lambda count: FIRST_DAY + timedelta(days=count))
amounts = st.integers(1, 3_000_000).map(reais)
interests: st.SearchStrategy[Interest] = st.one_of(
    st.just(NoInterest()),
    st.builds(
        MonthlyInterest,
        rate=st.decimals(0, "0.20", places=4),
        day_count=st.sampled_from(["30", "365", "month"]),
    ),
    st.builds(DailyInterest, rate=st.decimals(0, "0.01", places=6)),
)
terms = st.builds(
    Terms,
    fine=st.decimals(0, "0.02", places=3),
    interest=interests,
    correction=st.sampled_from([None, "ipca", "igpm", "selic"]),
    grace_days=st.integers(0, 10),
    bank_days=st.booleans(),
    cap=st.none() | st.decimals(0, 2, places=2),
    order=st.permutations(OWED).map(tuple),
    impute_by=st.sampled_from(["instalment", "account"]),
)
situations = st.builds(Setting, terms, st.just(INDICES))


@st.composite
def histories(draw: st.DrawFn) -> list[AnyFact]:
    """Instalments, then anything in any order of days."""
    facts: list[AnyFact] = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        due = draw(days)
        facts.append(
            Opened(
                number=number,
                on=FIRST_DAY,
                instalment=number,
                amount=draw(amounts),
                due_on=due,
            )
        )
    instalments = len(facts)
    for _ in range(draw(st.integers(0, 6))):
        facts.append(_event(draw, len(facts) + 1, instalments, facts))
    return facts


def _event(
    draw: st.DrawFn, number: int, instalments: int, before: list[AnyFact]
) -> AnyFact:
    on = draw(days)
    kind = draw(
        st.sampled_from(
            ["paid", "paid", "fee", "amended", "discount", "released", "undone"]
        )
    )
    if kind == "fee":
        return FeeCharged(number=number, on=on, amount=draw(amounts), reason="custas")
    if kind == "amended":
        which = draw(st.integers(1, instalments))
        difference = draw(st.integers(-100_000, 100_000))
        return Amended(number=number, on=on, instalment=which, difference=reais(difference))
    if kind == "discount":
        return Discounted(number=number, on=on, amount=draw(amounts), reason="teste")
    if kind == "released":
        return Released(number=number, on=on, agreement=AGREEMENT)
    paid = [fact.number for fact in before if isinstance(fact, Paid)]
    if kind == "undone" and paid:
        return Undone(number=number, on=on, payment=draw(st.sampled_from(paid)), reason="x")
    return Paid(
        number=number, on=on, amount=draw(amounts), means=Means.PIX, reference=f"E{number}"
    )


def sums(entries: list[Entry]) -> dict[Account, Decimal]:
    found: dict[Account, Decimal] = defaultdict(lambda: ZERO)
    for entry in entries:
        for posting in entry.postings:
            found[posting.account] += posting.amount
    return found


@ON
@given(histories(), situations)
def test_every_cent_that_came_in_is_somewhere(
    facts: list[AnyFact], setting: Setting
) -> None:
    ledger = fold(facts, setting)
    accounts = sums(list(ledger.entries))
    gone = {fact.payment for fact in facts if isinstance(fact, Undone)}
    paid = sum(
        (f.amount for f in facts if isinstance(f, Paid) and f.number not in gone), ZERO
    )
    assert sum(accounts.values(), ZERO) == 0
    assert accounts[Account.CASH] == paid
    assert sum((accounts[a] for a in OWED), ZERO) == ledger.written
    assert -accounts[Account.CREDIT] == ledger.credit >= 0
    assert all(amount >= 0 for part in ledger.positions for amount in part.owed.values())
    granted = sum((f.amount for f in facts if isinstance(f, Opened)), ZERO)
    granted += sum((f.difference for f in facts if isinstance(f, Amended)), ZERO)
    assert -accounts[Account.GRANTED] == granted


@ON
@given(histories(), situations, days)
def test_a_balance_is_what_was_written_and_its_lines(
    facts: list[AnyFact], setting: Setting, on: date
) -> None:
    known = balance(facts, setting, on)
    written = fold(facts, setting, until=on).written
    assert known.total == written + sum((line.amount for line in known.lines), ZERO)
    assert all(line.amount >= 0 and line.since < line.until for line in known.lines)


@ON
@given(histories(), situations, days)
def test_paying_the_balance_leaves_nothing(
    facts: list[AnyFact], setting: Setting, on: date
) -> None:
    before = [fact for fact in facts if fact.on <= on and not isinstance(fact, Undone)]
    owed = balance(before, setting, on).total
    if owed == 0:
        return
    paid = Paid(number=99, on=on, amount=owed, means=Means.PIX, reference="E99")
    after = balance([*before, paid], setting, on)
    assert after.total == 0
    assert after.credit == balance(before, setting, on).credit
    assert balance([*before, paid], setting, on + timedelta(days=400)).total == 0


@ON
@given(histories(), situations)
def test_what_is_written_comes_to_the_fold_in_whatever_order_it_was_told(
    facts: list[AnyFact], setting: Setting
) -> None:
    """Nothing written is changed: it is undone by a further entry, which balances too."""
    stands: list[Entry] = []
    everything: list[Entry] = []
    for count in range(1, len(facts) + 1):
        wanted = list(fold(facts[:count], setting).entries)
        more = appended(stands, wanted)
        everything += more
        stands = wanted
    told, folded = sums(everything), sums(stands)
    assert all(told[account] == folded[account] for account in Account)


@ON
@given(st.lists(st.tuples(amounts, days), min_size=1, max_size=30), situations, days)
def test_many_at_once_owe_what_each_owes(
    debts: list[tuple[Decimal, date]], setting: Setting, on: date
) -> None:
    """Also after a payment on the way, so with charges accrued and the fine taken."""
    positions, totals = [], []
    for number, (amount, due) in enumerate(debts):
        facts: list[AnyFact] = [
            Opened(number=1, on=FIRST_DAY, instalment=1, amount=amount, due_on=due)
        ]
        if number % 3 == 0:
            paid = reais(max(1, cents(amount) // 2))
            facts.append(
                Paid(number=2, on=due, amount=paid, means=Means.PIX, reference="E")
            )
        if number % 3 == 1:
            late = due + timedelta(days=40)
            facts.append(
                Paid(number=2, on=late, amount=amount, means=Means.PIX, reference="E")
            )
        (position,) = fold(facts, setting, until=on).positions
        positions.append(position)
        totals.append(balance(facts, setting, on).owed)
    found = balances(columns(positions), on, [setting])
    for row, owed in enumerate(totals):
        for account in OWED:
            assert reais(int(getattr(found, account.value)[row])) == owed[account]


def columns(positions: list[Position]) -> Positions:
    def amounts_of(account: Account) -> list[int]:
        return [cents(position.of(account)) for position in positions]

    return Positions(
        setting=np.zeros(len(positions), dtype=np.int64),
        due_on=np.array([p.due_on.toordinal() for p in positions]),
        original=np.array([cents(p.original) for p in positions]),
        principal=np.array(amounts_of(Account.PRINCIPAL)),
        correction=np.array(amounts_of(Account.CORRECTION)),
        interest=np.array(amounts_of(Account.INTEREST)),
        fine=np.array(amounts_of(Account.FINE)),
        fees=np.array(amounts_of(Account.FEES)),
        accrued_to=np.array(
            [NEVER if p.accrued_to is None else p.accrued_to.toordinal() for p in positions]
        ),
        fined=np.array([p.fined for p in positions]),
        charged=np.array([cents(p.charged) for p in positions]),
    )


@ON
@given(
    st.integers(0, 10**12),
    st.integers(1, 2**36),
    st.integers(1, 2**55),
)
def test_many_at_once_round_half_to_even(amount: int, over: int, under: int) -> None:
    if amount * over // under > 10**13:
        return
    found = times(np.array([amount]), np.array([over]), np.array([under]))
    quotient, rest = divmod(amount * over, under)
    up = 2 * rest > under or (2 * rest == under and quotient % 2 == 1)
    assert int(found[0]) == quotient + up


@ON
@given(amounts, days, st.integers(0, 1500), st.decimals("0.0001", "0.05", places=4))
def test_simple_interest_as_decimals_say_it(
    amount: Decimal, due: date, late: int, rate: Decimal
) -> None:
    """The oracle knows only the formula of the law: P * i * days / 30, and 2 % once."""
    contract = Terms(fine=Decimal("0.02"), interest=MonthlyInterest(rate=rate))
    setting = Setting(contract, INDICES)
    on = due + timedelta(days=late)
    opened = Opened(number=1, on=due, instalment=1, amount=amount, due_on=due)
    counted = (on - late_since(due, setting)).days
    with localcontext(prec=60) as context:
        context.rounding = ROUND_HALF_EVEN
        cent = Decimal("0.01")
        interest = (amount * rate * max(0, counted) / 30).quantize(cent)
        fine = (amount * Decimal("0.02")).quantize(cent) if counted > 0 else ZERO
    assert balance([opened], setting, on).total == amount + interest + fine
