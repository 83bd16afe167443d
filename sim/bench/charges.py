"""Charges: what a million debts owe on a day, and whether it is what each one owes.

The sample is worked out one by one, exactly, by the code that explains a balance to a
debtor; a difference of one cent in one of them fails the bench. Beside it, how many offers
are simulated a second.
"""

from __future__ import annotations

import time
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from cobranca.agreements.offer import Situation
from cobranca.agreements.policy import Authority, Channel, Condition, Policy
from cobranca.agreements.simulation import Wishes, simulate
from cobranca.debts.accounts import OWED, Account, reais
from cobranca.debts.balances import NEVER, Owed, Positions, balances
from cobranca.debts.charges import Position, Setting, charges
from cobranca.debts.index_files import shipped
from cobranca.debts.index_tables import Indices
from cobranca.debts.terms import DailyInterest, MonthlyInterest, Terms, usual
from sim.bench.figures import Figure

DEBTS, QUICK_DEBTS = 1_000_000, 200_000
SAMPLE = 2_000
SIMULATIONS = 300
LIMIT_S = 60.0
ON = date(2026, 3, 10)
_OLDEST = date(2021, 1, 4)


def measure(quick: bool) -> list[Figure]:
    """Balances of generated debts under four contracts, on one day."""
    debts = QUICK_DEBTS if quick else DEBTS
    positions, settings = _generated(debts, np.random.default_rng(6))
    began = time.perf_counter()
    owed = balances(positions, ON, settings)
    took_s = time.perf_counter() - began
    began = time.perf_counter()
    wrong = _wrong(positions, settings, owed)
    each_s = (time.perf_counter() - began) / SAMPLE
    simulated_s = _simulations(SIMULATIONS)
    return [
        Figure(
            what=f"balance of {debts:,} debts on a day",
            value=took_s,
            unit="s",
            compared_with=f"one by one {each_s * debts:,.0f} s",
            aim=f"1,000,000 in < {LIMIT_S:.0f} s",
            met=took_s * DEBTS / debts < LIMIT_S,
        ),
        Figure(
            what=f"of {SAMPLE:,} worked out one by one, other to the cent",
            value=wrong,
            unit="debts",
            aim="0",
            met=wrong == 0,
        ),
        Figure(
            what="simulations of offers, each with its menu of instalments",
            value=SIMULATIONS / simulated_s,
            unit="simulations/s",
        ),
    ]


def _simulations(count: int) -> float:
    """Seconds that so many take: a policy of three conditions, no wish but the day."""
    limits = {Authority.AGENT: Decimal("0.20"), Authority.SUPERVISOR: Decimal("0.35")}
    policy = Policy(
        code="bench",
        version=1,
        valid_from=_OLDEST,
        conditions=(
            Condition(name="à vista", discount=limits),
            Condition(name="até 6", instalments=(2, 6)),
            Condition(name="até 24", instalments=(7, 24), monthly_rate=Decimal("0.0149")),
        ),
    )
    began = time.perf_counter()
    for number in range(count):
        situation = Situation(
            on=ON,
            creditor="",
            owed=reais(100_000 + number),
            charges=reais(10_000),
            days_late=90,
            segment="",
            channel=Channel.DESK,
            authority=Authority.AGENT,
        )
        simulate([policy], situation, Wishes(day=10))
    return time.perf_counter() - began


def _settings() -> list[Setting]:
    indices = Indices(shipped())
    monthly = MonthlyInterest(rate=Decimal("0.01"), day_count="month")
    contracts = (
        usual(),
        Terms(fine=Decimal("0.02"), interest=monthly, correction="ipca"),
        Terms(interest=DailyInterest(rate=Decimal("0.00033")), correction="igpm"),
        Terms(
            fine=Decimal("0.02"),
            interest=MonthlyInterest(rate=Decimal("0.12")),
            revolving=True,
        ),
    )
    return [Setting(terms, indices) for terms in contracts]


def _generated(debts: int, chance: np.random.Generator) -> tuple[Positions, list[Setting]]:
    settings = _settings()
    zero = np.zeros(debts, dtype=np.int64)
    original = np.rint(np.exp(chance.normal(11, 1.3, debts))).astype(np.int64) + 1
    days = (ON + timedelta(days=90) - _OLDEST).days
    due = _OLDEST.toordinal() + chance.integers(0, days, debts)
    positions = Positions(
        setting=chance.integers(0, len(settings), debts),
        due_on=due,
        original=original,
        principal=original.copy(),
        correction=zero,
        interest=zero,
        fine=zero,
        fees=zero,
        accrued_to=np.full(debts, NEVER, dtype=np.int64),
        fined=np.zeros(debts, dtype=bool),
        charged=zero,
    )
    return positions, settings


def _wrong(positions: Positions, settings: list[Setting], owed: Owed) -> int:
    """How many of the sample owe another amount, whatever the account."""
    rows = np.linspace(0, len(positions) - 1, SAMPLE).astype(np.int64)
    return sum(
        _told(positions, settings, row) != _exact(owed, row) for row in rows.tolist()
    )


def _exact(owed: Owed, row: int) -> dict[Account, Decimal]:
    return {account: reais(int(getattr(owed, account.value)[row])) for account in OWED}


def _told(
    positions: Positions, settings: list[Setting], row: int
) -> dict[Account, Decimal]:
    principal = reais(int(positions.principal[row]))
    position = Position(
        number=1,
        due_on=date.fromordinal(int(positions.due_on[row])),
        original=principal,
        owed={Account.PRINCIPAL: principal},
    )
    found = {account: position.of(account) for account in OWED}
    for line in charges(position, ON, settings[int(positions.setting[row])]):
        found[line.account] += line.amount
    return found
