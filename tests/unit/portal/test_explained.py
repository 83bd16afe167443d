"""The account that a debtor reads sums to what he owes, to the cent."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from agent_console.portal.explained import account_of
from cobranca.debts.charges import Setting
from cobranca.debts.facts import AnyFact, Discounted, Means, Opened, Paid
from cobranca.debts.index_tables import Indices
from cobranca.debts.service import Known
from cobranca.debts.terms import Terms

DUE = date(2026, 1, 5)
TERMS = Terms.model_validate(
    {"fine": "0.02", "interest": {"kind": "monthly", "rate": "0.01"}, "source": "contrato"}
)
CENTS = st.integers(1, 40_000).map(lambda cents: Decimal(cents).scaleb(-2))


def a_debt(facts: list[AnyFact]) -> Known:
    setting = Setting(TERMS, Indices({}))
    return Known(UUID(int=1), "Loja", "", setting, tuple(facts), 0)


@settings(max_examples=60)
@given(
    st.lists(CENTS, min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 90), CENTS, st.booleans()), max_size=4),
    st.integers(0, 200),
)
def test_the_lines_sum_to_the_total(
    instalments: list[Decimal], later: list[tuple[int, Decimal, bool]], days: int
) -> None:
    facts: list[AnyFact] = [
        Opened(number=n, on=DUE, instalment=n, amount=amount, due_on=DUE)
        for n, amount in enumerate(instalments, start=1)
    ]
    for after, amount, paid in later:
        on, number = DUE + timedelta(days=after), len(facts) + 1
        facts.append(
            Paid(
                number=number, on=on, amount=amount, means=Means.PIX, reference=f"E{number}"
            )
            if paid
            else Discounted(number=number, on=on, amount=amount, reason="acordo")
        )
    on = DUE + timedelta(days=days)
    account = account_of(a_debt(facts), on)
    assert sum((row.amount for row in account.rows), Decimal(0)) == account.total
    assert account.total == a_debt(facts).on(on).total


def test_a_payment_says_what_it_paid() -> None:
    facts: list[AnyFact] = [
        Opened(number=1, on=DUE, instalment=1, amount=Decimal("100.00"), due_on=DUE),
        Paid(number=2, on=date(2026, 3, 10), amount=Decimal("50.00"), means=Means.PIX,
             reference="E1"),
    ]  # fmt: skip
    account = account_of(a_debt(facts), date(2026, 3, 10))
    assert [(row.what, str(row.amount)) for row in account.rows] == [
        ("Parcela 1", "100.00"),
        ("Juros de mora da parcela 1", "2.13"),
        ("Multa da parcela 1", "2.00"),
        ("Pagamento por Pix", "-50.00"),
    ]
    paid = account.rows[-1].how
    assert "Juros de mora R$\xa02,13" in paid
    assert "Multa R$\xa02,00" in paid
