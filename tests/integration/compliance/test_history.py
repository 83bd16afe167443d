"""What the policy learns from calls and debts in the database, and what it makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.compliance.explain import explain
from cobranca.compliance.facts import Candidate
from cobranca.compliance.rulebook import parse_rules, rules_in_force
from cobranca.compliance.service import ContactPolicy, Errand
from cobranca.compliance.store import SuppressionRow
from dialer.calls.store import AttemptRow, DispositionRow
from foundation.ids import uuid7
from tests.builders.contact import SAO_PAULO, TUESDAY_TEN
from tests.builders.conversations import seat_id
from tests.builders.portfolio import a_campaign, a_portfolio, owing, some_seats

POLICY = ContactPolicy(simulated_route=True)
TODAY = TUESDAY_TEN.date()
_CANDIDATE = text(
    """
    SELECT p.debtor_id, p.id AS contact_point_id, p.value AS number, p.zone,
           p.uf AS ddd_uf, d.uf AS address_uf, d.birth_date,
           (SELECT a.city || '/' || a.uf FROM debtor_address a
             WHERE a.debtor_id = d.id) AS address_city
      FROM contact_point p JOIN debtor d ON d.id = p.debtor_id
     WHERE p.debtor_id = :debtor ORDER BY p.score DESC LIMIT 1
    """
)

_LIVES = text(
    "INSERT INTO debtor_address (debtor_id, street, district, city, uf, cep, told_at)"
    " VALUES (:debtor, 'Rua 1', '', :city, :uf, '01310100', now())"
)


async def a_candidate(connection: AsyncConnection, debtor: UUID) -> Candidate:
    row = (await connection.execute(_CANDIDATE, {"debtor": debtor})).one()
    return Candidate(**row._mapping)


async def called(
    connection: AsyncConnection,
    whom: Candidate,
    *,
    days_ago: int = 0,
    talked: bool = False,
    right_party: bool | None = None,
    recorded: bool = False,
    direction: str = "outbound",
) -> None:
    attempt, at = uuid7(), datetime.now(UTC)
    row = {
        "id": attempt,
        "direction": direction,
        "debtor_id": whom.debtor_id,
        "contact_point_id": whom.contact_point_id,
        "number": whom.number,
        "route": "trunk",
        "epoch": 1,
        "placed_at": at,
        "contact_day": TODAY - timedelta(days=days_ago),
        "bridged_at": at if talked else None,
        "outcome": "answered" if talked else "no_answer",
        "abandoned": False,
    }
    await connection.execute(insert(AttemptRow), row)
    if recorded:
        said = {"id": uuid7(), "attempt_id": attempt, "agent_id": await seat_id(connection),
                "code": "x", "right_party": right_party, "at": at}  # fmt: skip
        await connection.execute(insert(DispositionRow), said)


async def rule_for(
    connection: AsyncConnection,
    whom: Candidate,
    campaign: UUID | None = None,
    policy: ContactPolicy = POLICY,
) -> str:
    (ruling,) = await policy.ask(connection, [whom], TUESDAY_TEN, campaign=campaign)
    return ruling.verdict.rule


RIGHT: dict[str, Any] = {"talked": True, "recorded": True, "right_party": True}
CALLS: list[tuple[list[dict[str, Any]], str]] = [
    # calls before, rule that decides now
    ([{"talked": True}], "talk_per_day"),  # nobody said yet with whom
    ([{"talked": True, "recorded": True}], "all_rules_met"),  # a machine, or silence
    ([{"talked": True, "recorded": True, "right_party": False}], "all_rules_met"),
    ([RIGHT], "after_talk"),
    ([RIGHT | {"days_ago": 2}], "after_talk"),
    ([RIGHT | {"days_ago": 3}], "all_rules_met"),
    ([RIGHT | {"direction": "inbound"}], "after_talk"),
    ([{"days_ago": 6}] * 7, "attempts_per_week"),
    ([{"days_ago": 7}] * 7, "all_rules_met"),
]  # fmt: skip


@pytest.mark.parametrize(("calls", "rule"), CALLS)
async def test_what_calls_before_lead_to(
    engine: AsyncEngine, calls: list[dict[str, Any]], rule: str
) -> None:
    async with engine.begin() as connection:
        await some_seats(connection)
        (debtor,) = await a_portfolio(connection, debtors=1)
        whom = await a_candidate(connection, debtor)
        for call in calls:
            await called(connection, whom, **call)
        assert await rule_for(connection, whom) == rule


async def test_a_call_back_that_the_debtor_asked_for_is_made(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await some_seats(connection)
        (debtor,) = await a_portfolio(connection, debtors=1)
        whom = await a_candidate(connection, debtor)
        await called(connection, whom, **RIGHT)
        assert await rule_for(connection, replace(whom, asked_for=True)) == "all_rules_met"


async def test_a_number_that_two_persons_have_is_spared_for_both(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        one, other = await a_portfolio(connection, debtors=2)
        same, whom = (
            await a_candidate(connection, one),
            await a_candidate(connection, other),
        )
        await connection.execute(
            text("UPDATE contact_point SET value = :number WHERE id = :point"),
            {"number": same.number, "point": whom.contact_point_id},
        )
        whom = replace(whom, number=same.number)
        for _ in range(3):
            await called(connection, same)
        assert await rule_for(connection, whom) == "number_per_day"


async def test_a_number_in_quarantine_is_free_for_its_own_person(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        one, other = await a_portfolio(connection, debtors=2)
        stranger, owner = (await a_candidate(connection, one),
                           await a_candidate(connection, other))  # fmt: skip
        owner = replace(owner, number=stranger.number)
        await connection.execute(
            insert(SuppressionRow),
            {"id": uuid7(), "debtor_id": one, "number": stranger.number,
             "reason": "wrong_party", "origin": "agent", "since": TUESDAY_TEN},
        )  # fmt: skip
        assert await rule_for(connection, stranger) == "wrong_party"
        assert await rule_for(connection, owner) == "all_rules_met"
        elsewhere = replace(stranger, number="+5511900099999")
        assert await rule_for(connection, elsewhere) == "all_rules_met"


@pytest.mark.parametrize(
    ("due", "rule"),
    [(date(2021, 3, 9), "prescribed"), (date(2021, 3, 10), "all_rules_met")],
)
async def test_prescribed_debt(engine: AsyncEngine, due: date, rule: str) -> None:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        campaign = await a_campaign(connection)
        await connection.execute(text("UPDATE instalment SET due_on = :due"), {"due": due})
        whom = await a_candidate(connection, debtor)
        assert await rule_for(connection, whom, campaign) == rule
        assert await rule_for(connection, whom) == rule


async def test_what_is_paid_is_not_collected_whatever_else_is_owed(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        campaign = await a_campaign(connection)
        loja = await connection.scalar(text("SELECT id FROM creditor"))
        paid = await connection.scalar(
            text("UPDATE debt SET status = 'settled' RETURNING id")
        )
        await owing(connection, debtor)
        open_one = await connection.scalar(
            text("SELECT id FROM debt WHERE id <> :paid"), {"paid": paid}
        )
        whom = await a_candidate(connection, debtor)
        assert await rule_for(connection, whom, campaign) == "nothing_owed"
        assert await rule_for(connection, whom) == "all_rules_met"  # it may be the other's
        asked = replace(whom, asked_for=True)
        assert await rule_for(connection, asked, campaign) == "all_rules_met"
        for debt, rule in ((paid, "nothing_owed"), (open_one, "all_rules_met")):
            (one,) = await explain(
                connection, POLICY, debtor, TUESDAY_TEN, Errand(debt=debt)
            )
            assert one.verdict.rule == rule
        (each,) = await explain(connection, POLICY, debtor, TUESDAY_TEN)
        assert [answer.creditor == loja for answer in each.answers] == [False]


HOMES = [
    # UF that a list told, city and UF of the address, deciding rule on 25 January at noon
    ("RJ", None, "all_rules_met"),
    ("SP", None, "holiday_sao_paulo"),  # where in the state nobody knows
    ("SP", ("Campinas", "SP"), "all_rules_met"),
    ("RJ", ("São Paulo", "SP"), "holiday_sao_paulo"),
    ("SP", ("Niterói", "RJ"), "holiday_sao_paulo"),
    (None, ("Boa Vista", "RR"), "all_rules_met"),
]


@pytest.mark.parametrize(("uf", "address", "rule"), HOMES)
async def test_a_citys_day_closes_whoever_may_live_there(
    engine: AsyncEngine, uf: str | None, address: tuple[str, str] | None, rule: str
) -> None:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1, ddd="12")
        await connection.execute(text("UPDATE debtor SET uf = :uf"), {"uf": uf})
        if address is not None:
            where = {"debtor": debtor, "city": address[0], "uf": address[1]}
            await connection.execute(_LIVES, where)
        whom = await a_candidate(connection, debtor)
        at_noon = datetime(2027, 1, 25, 12, tzinfo=SAO_PAULO)
        (ruling,) = await POLICY.ask(connection, [whom], at_noon)
        assert ruling.verdict.rule == rule
        if address == ("Boa Vista", "RR"):  # 08:30 in São Paulo is 07:30 there
            early = datetime(2027, 1, 26, 8, 30, tzinfo=SAO_PAULO)
            (ruling,) = await POLICY.ask(connection, [whom], early)
            assert ruling.verdict.rule == "hours_default"


async def test_a_creditors_own_rule_binds_its_campaigns(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        campaign = await a_campaign(connection)
        creditor = await connection.scalar(text("SELECT id FROM creditor"))
        own = parse_rules(
            '[[rule]]\ncode = "own"\nkind = "hours"\ntitle = "x"\nsource = "contrato"\n'
            f'since = 2020\nweekdays = ["11:00", "12:00"]\ncreditor = "{creditor}"\n'
        )
        policy = ContactPolicy(simulated_route=True, rules=(*rules_in_force(), *own))
        whom = await a_candidate(connection, debtor)
        assert await rule_for(connection, whom, campaign, policy) == "own"
        assert await rule_for(connection, whom, None, policy) == "own"  # may be that one
