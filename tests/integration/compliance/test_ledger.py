"""The suppression ledger in the database: entered once, obeyed at once, lifted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.compliance import ledger
from cobranca.compliance.facts import Candidate
from cobranca.compliance.ledger import Entered
from cobranca.compliance.ledger_lines import lines_of
from cobranca.compliance.points_of import points_of
from cobranca.compliance.reasons import Entry
from cobranca.compliance.rulebook import reasons_in_force
from cobranca.compliance.service import ContactPolicy, Errand
from tests.builders.contact import TUESDAY_TEN
from tests.builders.portfolio import a_portfolio, owing

POLICY = ContactPolicy(simulated_route=True)
REASONS = reasons_in_force()
FREE = "all_rules_met"


async def entered(connection: AsyncConnection, code: str, **told: Any) -> Entered:
    given: dict[str, Any] = {
        "reason": code,
        "origin": "teste",
        "since": TUESDAY_TEN,
        "proof": "x",
    } | told
    made = await ledger.enter(connection, REASONS[code], Entry(**given))
    assert isinstance(made, Entered)
    return made


async def rule_for(
    connection: AsyncConnection, whom: Candidate, errand: Errand | None = None
) -> str:
    (ruling,) = await POLICY.ask(connection, [whom], TUESDAY_TEN, errand=errand or Errand())
    return ruling.verdict.rule


@pytest.mark.parametrize("code", sorted(REASONS))
async def test_every_reason_is_obeyed_at_once(engine: AsyncEngine, code: str) -> None:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        (whom,) = await points_of(connection, debtor)
        made = await entered(connection, code, debtor=debtor, number=whom.number)
        assert await rule_for(connection, whom) == code
        await ledger.lift(connection, made.id, TUESDAY_TEN, REASONS)
        assert await rule_for(connection, whom) == FREE


async def test_one_click_quarantines_the_number_for_that_person_everywhere(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        one, other = await a_portfolio(connection, debtors=2, phones=2)
        wrong, fine = await points_of(connection, one)
        (owner, _) = await points_of(connection, other)
        owner = replace(owner, number=wrong.number)
        made = await entered(connection, "wrong_party", debtor=one, number=wrong.number)
        statuses = {p.number: p.point_status for p in await points_of(connection, one)}
        assert statuses == {wrong.number: "wrong_party", fine.number: "active"}
        # whatever the telephone's own status says, for whatever creditor
        assert await rule_for(connection, wrong) == "wrong_party"
        assert await rule_for(connection, fine) == FREE
        assert await rule_for(connection, owner) == FREE  # its own person may be called
        lifted = await ledger.lift(connection, made.id, TUESDAY_TEN, REASONS)
        assert lifted is not None
        assert (lifted.reason, lifted.debtor) == ("wrong_party", one)
        assert {p.point_status for p in await points_of(connection, one)} == {"active"}


async def test_what_stands_is_entered_once_and_its_end_only_moves_on(
    engine: AsyncEngine,
) -> None:
    week, month = (TUESDAY_TEN + timedelta(days=days) for days in (7, 30))
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        first = await entered(connection, "opt_out", debtor=debtor, until=week)
        again = await entered(connection, "opt_out", debtor=debtor, until=month)
        shorter = await entered(connection, "opt_out", debtor=debtor, until=week)
        assert [(e.id, e.again) for e in (again, shorter)] == [(first.id, True)] * 2
        (line,) = await lines_of(connection, debtor)
        assert line.until == month
        await entered(connection, "opt_out", debtor=debtor)
        (line,) = await lines_of(connection, debtor)
        assert line.until is None


async def test_one_of_a_creditor_leaves_the_others_free(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        (whom,) = await points_of(connection, debtor)
        loja = await connection.scalar(text("SELECT id FROM creditor"))
        await owing(connection, debtor)
        another = text("SELECT id FROM creditor WHERE id <> :loja")
        banco = await connection.scalar(another, {"loja": loja})
        await entered(connection, "dispute", debtor=debtor, creditor=loja)
        assert await rule_for(connection, whom, Errand(creditor=loja)) == "dispute"
        assert await rule_for(connection, whom, Errand(creditor=banco)) == FREE
        assert await rule_for(connection, whom) == "dispute"  # it may be that creditor


async def test_one_of_a_debt_or_a_means_is_of_that_alone(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        (whom,) = await points_of(connection, debtor)
        debt = await connection.scalar(text("SELECT id FROM debt"))
        await entered(connection, "payment_confirming", debtor=debtor, debt=debt)
        await owing(connection, debtor)
        another = text("SELECT id FROM debt WHERE id <> :debt")
        other = Errand(debt=await connection.scalar(another, {"debt": debt}))
        assert await rule_for(connection, whom, Errand(debt=debt)) == "payment_confirming"
        assert await rule_for(connection, whom, other) == FREE
        await entered(connection, "opt_out", debtor=debtor, means="sms")
        assert await rule_for(connection, whom, replace(other, means="sms")) == "opt_out"
        assert await rule_for(connection, whom, other) == FREE


async def test_what_was_lifted_stays_to_be_read(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        made = await entered(connection, "counsel", debtor=debtor, proof="OAB/SP 1")
        later = TUESDAY_TEN + timedelta(hours=1)
        assert await ledger.lift(connection, made.id, later, REASONS) is not None
        assert await ledger.lift(connection, made.id, later, REASONS) is None
        (line,) = await lines_of(connection, debtor)
        assert (line.proof, line.until, line.stands(later)) == ("OAB/SP 1", later, False)


async def test_a_line_about_nobody_is_refused_by_the_database(engine: AsyncEngine) -> None:
    with pytest.raises(IntegrityError, match="ck_suppression_somebody"):
        async with engine.begin() as connection:
            await connection.execute(
                text("INSERT INTO suppression (id, reason, origin, since)"
                     " VALUES (gen_random_uuid(), 'opt_out', 'x', now())")
            )  # fmt: skip
