"""The filter's SQL against the same question asked in Python, over random debtors."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.debtors.store import ContactPointRow, CreditorRow, DebtorRow, PortfolioRow
from cobranca.debts.store import ContractRow, DebtRow, InstalmentRow
from dialer.calls.store import AttemptRow
from dialer.campaigns import counting
from dialer.campaigns.counting import Count, count
from dialer.campaigns.filter import DebtorFilter, debtors
from foundation.db.contact_clock import contact_day
from foundation.ids import uuid7

TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 13, tzinfo=UTC)


@dataclass
class Known:
    """A debtor as the test remembers it."""

    id: UUID
    uf: str | None
    phone_uf: str | None  # None: no phone that may ring
    contracts: list[tuple[UUID, UUID, str | None, bool, Decimal, date]] = field(
        default_factory=list
    )
    outcomes: list[str] = field(default_factory=list)  # in order

    def passes(self, wanted: DebtorFilter) -> bool:
        here = [
            c for c in self.contracts
            if c[0] == wanted.creditor
            and c[3]
            and wanted.portfolio in (None, c[1])
            and (not wanted.products or c[2] in wanted.products)
        ]  # fmt: skip
        if not here or self.phone_uf is None:
            return False
        total = sum(c[4] for c in here)
        late = (TODAY - min(c[5] for c in here)).days
        last = self.outcomes[-1] if self.outcomes else None
        return (
            (not wanted.ufs or (self.uf or self.phone_uf) in wanted.ufs)
            and (wanted.amount_from is None or total >= wanted.amount_from)
            and (wanted.amount_to is None or total <= wanted.amount_to)
            and (wanted.days_late_from is None or late >= wanted.days_late_from)
            and (wanted.days_late_to is None or late <= wanted.days_late_to)
            and (not wanted.last_outcomes or last in wanted.last_outcomes)
            and not (wanted.contact == "never_called" and self.outcomes)
            and not (wanted.contact == "never_answered" and "answered" in self.outcomes)
        )


class World:
    """Random debtors of two creditors, written and remembered."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.creditors = [uuid7(), uuid7()]
        self.portfolios = {c: [uuid7(), uuid7()] for c in self.creditors}
        self.debtors = [self._debtor() for _ in range(60)]

    def _debtor(self) -> Known:
        dice = self.dice
        known = Known(
            uuid7(), dice.choice(["SP", "BA", None]), dice.choice(["SP", "AM", None, "BA"])
        )
        for _ in range(dice.randint(0, 3)):
            creditor = dice.choice(self.creditors)
            known.contracts.append(
                (
                    creditor, dice.choice(self.portfolios[creditor]),
                    dice.choice(["Cartão", "Veículo", None]), dice.random() < 0.7,
                    Decimal(dice.randint(1, 40)) * 50,
                    TODAY - timedelta(days=dice.randint(0, 12) * 30),
                )
            )  # fmt: skip
        words = ["answered", "busy", "no_answer"]
        known.outcomes = [dice.choice(words) for _ in range(dice.choice([0, 0, 1, 3]))]
        return known

    def filter(self) -> DebtorFilter:
        dice = self.dice
        creditor = dice.choice(self.creditors)

        def maybe(value: Any, empty: Any = None) -> Any:
            return value if dice.random() < 0.4 else empty

        return DebtorFilter(
            creditor=creditor,
            portfolio=maybe(dice.choice(self.portfolios[creditor])),
            products=maybe(["Cartão"], []),
            ufs=maybe(dice.sample(["SP", "BA", "AM"], 2), []),
            days_late_from=maybe(dice.randint(0, 5) * 30),
            days_late_to=maybe(150 + dice.randint(0, 7) * 30),
            amount_from=maybe(Decimal(dice.randint(1, 20)) * 50),
            amount_to=maybe(Decimal(dice.randint(21, 40)) * 50),
            last_outcomes=maybe(["busy", "answered"], []),
            contact=dice.choice(["any", "any", "never_called", "never_answered"]),
        )

    async def write(self, connection: AsyncConnection) -> None:
        for n, creditor in enumerate(self.creditors):
            await connection.execute(insert(CreditorRow), {"id": creditor, "name": f"C{n}"})
            for portfolio in self.portfolios[creditor]:
                row = {"id": portfolio, "creditor_id": creditor, "name": str(portfolio)}
                await connection.execute(insert(PortfolioRow), row)
        for known in self.debtors:
            await self._write_debtor(connection, known)

    async def _write_debtor(self, connection: AsyncConnection, known: Known) -> None:
        row = {
            "id": known.id, "kind": "person", "name": "Fulano", "uf": known.uf,
            "document_sealed": b"x", "document_index": known.id.bytes,
            "created_at": NOW, "updated_at": NOW,
        }  # fmt: skip
        await connection.execute(insert(DebtorRow), row)
        point = {
            "id": uuid7(), "debtor_id": known.id, "kind": "phone", "source": "teste",
            "value": f"+55119{known.id.int % 10**8:08}", "uf": known.phone_uf or "SP",
            "score": 1.0, "status": "active" if known.phone_uf else "invalid",
        }  # fmt: skip
        await connection.execute(insert(ContactPointRow), point)
        for creditor, portfolio, product, is_open, amount, due in known.contracts:
            contract, debt = uuid7(), uuid7()
            row = {
                "id": contract, "creditor_id": creditor, "portfolio_id": portfolio,
                "debtor_id": known.id, "number": str(contract), "product": product,
            }  # fmt: skip
            await connection.execute(insert(ContractRow), row)
            status = "open" if is_open else "settled"
            row = {"id": debt, "contract_id": contract, "status": status, "created_at": NOW}
            await connection.execute(insert(DebtRow), row)
            parts = {"id": uuid7(), "debt_id": debt, "number": 1, "amount": amount}
            await connection.execute(insert(InstalmentRow), parts | {"due_on": due})
        for n, outcome in enumerate(known.outcomes):
            at = NOW + timedelta(minutes=n)
            row = {
                "id": uuid7(), "direction": "outbound", "debtor_id": known.id,
                "number": "+5511900000000", "route": "trunk", "epoch": 1, "placed_at": at,
                "contact_day": TODAY, "outcome": outcome, "abandoned": False,
                "answered_at": at if outcome == "answered" else None,
            }  # fmt: skip
            await connection.execute(insert(AttemptRow), row)


async def test_the_query_finds_whom_the_words_mean(engine: AsyncEngine) -> None:
    world = World(seed=20260310)
    async with engine.begin() as connection:
        await world.write(connection)
        found_any = 0
        for _ in range(120):
            wanted = world.filter()
            rows = await connection.execute(debtors(wanted, TODAY))
            found = {row.id for row in rows}
            assert found == {k.id for k in world.debtors if k.passes(wanted)}, wanted
            found_any += bool(found)
    assert found_any > 40  # the question was not empty


async def test_a_count_says_the_same_as_the_list(engine: AsyncEngine) -> None:
    world = World(seed=7)
    async with engine.begin() as connection:
        await world.write(connection)
        wanted = DebtorFilter(creditor=world.creditors[0])
        rows = list(
            await connection.execute(debtors(wanted, await contact_day(connection)))
        )
        assert await count(connection, wanted) == Count(len(rows), exact=True)


async def test_a_count_that_takes_too_long_gives_up(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(seed=7)
    monkeypatch.setattr(counting, "EXACT_MS", 1)
    monkeypatch.setattr(counting, "SAMPLE_PERCENT", 100.0)
    async with engine.begin() as connection:
        await world.write(connection)
        await connection.exec_driver_sql("LOCK TABLE contract IN ACCESS EXCLUSIVE MODE")
        wanted = DebtorFilter(creditor=world.creditors[0])
        async with engine.begin() as waiting:
            answer = await count(waiting, wanted)
            # the connection is still good for what follows
            assert await waiting.scalar(select(1)) == 1
    assert answer == Count(None, exact=False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"days_late_from": 90, "days_late_to": 30},
        {"amount_from": "10", "amount_to": "9.99"},
        {"amount_from": "0.001"},
        {"ufs": ["São Paulo"]},
        {"last_outcomes": ["bored"]},
        {"days_late_from": -1},
        {"colour": "blue"},
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DebtorFilter.model_validate({"creditor": str(uuid7())} | wrong)
