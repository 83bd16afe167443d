"""The policy against a real database: counters, suppressions, stored verdicts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.compliance.explain import explain
from cobranca.compliance.points_of import NoSuchDebtor
from cobranca.compliance.service import Candidate, ContactPolicy
from cobranca.compliance.store import SuppressionRow, VerdictRow
from cobranca.debtors.store import ContactPointRow, DebtorRow
from dialer.calls.store import AttemptRow
from foundation.brasil.ddd import AREAS
from foundation.brasil.phone import simulated_number
from foundation.ids import uuid7
from tests.builders.contact import SAO_PAULO, TUESDAY_TEN
from tests.builders.portfolio import owing

POLICY = ContactPolicy(simulated_route=True)
TODAY = date(2026, 3, 10)


async def a_debtor(
    connection: AsyncConnection, *, ddds: tuple[str, ...] = ("11",), uf: str | None = "SP"
) -> list[Candidate]:
    """A debtor with a simulated telephone for each DDD, as candidates."""
    debtor_id = uuid7()
    await connection.execute(
        insert(DebtorRow).values(
            id=debtor_id,
            kind="person",
            name="Devedor",
            document_sealed=b"",
            document_index=debtor_id.bytes,
            uf=uf,
            created_at=TUESDAY_TEN,
            updated_at=TUESDAY_TEN,
        )
    )
    await owing(connection, debtor_id)
    return [await a_point(connection, debtor_id, ddd, uf) for ddd in ddds]


async def a_point(
    connection: AsyncConnection, debtor_id: UUID, ddd: str, uf: str | None
) -> Candidate:
    area, point_id = AREAS[ddd], uuid7()
    number = simulated_number(ddd, point_id.int % 100_000)
    await connection.execute(
        insert(ContactPointRow).values(
            id=point_id,
            debtor_id=debtor_id,
            kind="phone",
            value=number,
            ddd=ddd,
            uf=area.uf,
            zone=area.zone,
            line="mobile",
            source="teste",
            score=0.5,
            status="active",
            tries=0,
        )
    )
    return Candidate(
        debtor_id=debtor_id,
        contact_point_id=point_id,
        number=number,
        zone=area.zone,
        ddd_uf=area.uf,
        address_uf=uf,
        address_city=None,
        birth_date=None,
    )


async def an_attempt(
    connection: AsyncConnection,
    candidate: Candidate,
    day: date = TODAY,
    *,
    direction: str = "outbound",
    outcome: str | None = "no_answer",
) -> None:
    await connection.execute(
        insert(AttemptRow).values(
            id=uuid7(),
            direction=direction,
            debtor_id=candidate.debtor_id,
            contact_point_id=candidate.contact_point_id,
            number=candidate.number,
            route="trunk",
            epoch=1,
            placed_at=datetime.now(UTC),
            contact_day=day,
            outcome=outcome,
            abandoned=False,
        )
    )


async def rules_of(
    connection: AsyncConnection, *candidates: Candidate, now: datetime = TUESDAY_TEN
) -> list[str]:
    return [r.verdict.rule for r in await POLICY.ask(connection, candidates, now)]


async def test_each_question_leaves_one_verdict(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        (paulista,) = await a_debtor(connection)
        (carioca,) = await a_debtor(connection, ddds=("21",), uf="RJ")
        at_half_past_eight = TUESDAY_TEN - timedelta(minutes=90)
        rulings = await POLICY.ask(connection, [paulista, carioca], at_half_past_eight)
        rows = {row.id: row for row in (await connection.execute(select(VerdictRow))).all()}
    assert [ruling.candidate for ruling in rulings] == [paulista, carioca]
    yes, no = (rows[ruling.verdict_id] for ruling in rulings)
    assert (yes.allowed, yes.rule, yes.until, yes.means) == (
        True, "all_rules_met", None, "voice",
    )  # fmt: skip
    assert (no.allowed, no.rule, no.asked_at) == (False, "hours_rj", at_half_past_eight)
    assert no.until == TUESDAY_TEN - timedelta(minutes=60)
    assert "Lei 7.868/2018" in no.source


async def test_attempts_of_the_local_day_are_counted(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        (candidate,) = await a_debtor(connection)
        for _ in range(2):
            await an_attempt(connection, candidate)
        assert await rules_of(connection, candidate) == ["all_rules_met"]
        await an_attempt(connection, candidate, outcome=None)  # still ringing
        assert await rules_of(connection, candidate) == ["attempts_per_day"]
        tomorrow = TUESDAY_TEN + timedelta(days=1)
        assert await rules_of(connection, candidate, now=tomorrow) == ["all_rules_met"]


async def test_what_disturbed_nobody_or_was_his_own_call_does_not_count(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        (candidate,) = await a_debtor(connection)
        for _ in range(3):
            await an_attempt(connection, candidate, TODAY - timedelta(days=1))
            await an_attempt(connection, candidate, direction="inbound")
            await an_attempt(connection, candidate, outcome="not_sent")
        assert await rules_of(connection, candidate) == ["all_rules_met"]


async def test_attempts_count_for_the_debtor_over_all_numbers(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        one, other = await a_debtor(connection, ddds=("11", "21"))
        for _ in range(3):
            await an_attempt(connection, one)
        assert await rules_of(connection, other) == ["attempts_per_day"]


async def test_contacts_allowed_in_a_batch_count_within_it(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        numbers = await a_debtor(connection, ddds=("11", "11", "12", "13", "14"))
        (stranger,) = await a_debtor(connection)
        assert await rules_of(connection, *numbers, stranger) == [
            *["all_rules_met"] * 3,
            *["attempts_per_day"] * 2,
            "all_rules_met",
        ]


@pytest.mark.parametrize("by", ["debtor", "number"])
async def test_suppressions_of_a_debtor_or_of_a_number(
    engine: AsyncEngine, by: str
) -> None:
    async with engine.begin() as connection:
        one, other = await a_debtor(connection, ddds=("11", "12"))
        await connection.execute(
            insert(SuppressionRow).values(
                debtor_id=one.debtor_id if by == "debtor" else None,
                number=one.number if by == "number" else None,
                reason="opt_out",
                origin="agent",
                since=TUESDAY_TEN,
            )
        )
        expected = "opt_out" if by == "debtor" else "all_rules_met"
        assert await rules_of(connection, one, other) == ["opt_out", expected]


async def test_a_suppression_that_is_over_does_not_count(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        (candidate,) = await a_debtor(connection)
        await connection.execute(
            insert(SuppressionRow).values(
                debtor_id=candidate.debtor_id,
                reason="pause",
                origin="agent",
                since=TUESDAY_TEN - timedelta(days=9),
                until=TUESDAY_TEN,
            )
        )
        assert await rules_of(connection, candidate) == ["all_rules_met"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": None},
        {"zone": "America/Manaus"},
        {"zone": "Marte/Olimpo"},
        {"ddd_uf": None},
        {"address_uf": "XX"},
    ],
)
async def test_facts_that_are_missing_or_contradict_are_a_refusal(
    engine: AsyncEngine, wrong: dict[str, str | None]
) -> None:
    from dataclasses import replace

    async with engine.begin() as connection:
        (candidate,) = await a_debtor(connection)
        doubtful = replace(candidate, **wrong)  # type: ignore[arg-type]
        assert await rules_of(connection, doubtful) == ["no_verdict"]


async def test_a_verdict_that_cannot_be_stored_is_none(engine: AsyncEngine) -> None:
    from dataclasses import replace

    async with engine.connect() as connection:
        (candidate,) = await a_debtor(connection)
        unknown = replace(candidate, debtor_id=uuid7())
        with pytest.raises(IntegrityError):
            await POLICY.ask(connection, [unknown], TUESDAY_TEN)


async def test_no_candidates_no_verdicts(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        assert await POLICY.ask(connection, [], TUESDAY_TEN) == []


async def test_the_contact_day_is_the_debtors_own(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        (acre,) = await a_debtor(connection, ddds=("68",), uf="AC")
        after_midnight = datetime(2026, 3, 11, 1, 0, tzinfo=SAO_PAULO)
        (ruling,) = await POLICY.ask(connection, [acre], after_midnight)
    assert ruling.contact_day == TODAY


async def test_explaining_tells_every_objection_and_stores_nothing(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        (candidate,) = await a_debtor(connection)
        for _ in range(3):
            await an_attempt(connection, candidate)
        at_night = TUESDAY_TEN + timedelta(hours=11)
        (answer,) = await explain(connection, POLICY, candidate.debtor_id, at_night)
        stored = (await connection.execute(select(VerdictRow.id))).all()
        with pytest.raises(NoSuchDebtor):
            await explain(connection, POLICY, uuid7(), at_night)
    assert {objection.rule for objection in answer.objections} == {
        "hours_sp", "attempts_per_day", "number_per_day",
    }  # fmt: skip
    assert answer.attempts_today == 3
    assert stored == []
