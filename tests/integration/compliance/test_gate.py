"""Contacts that are no calls: asked, counted over all means, closed once."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from cobranca.compliance.facts import Candidate
from cobranca.compliance.gate import Gate, received
from cobranca.compliance.points_of import points_of
from cobranca.compliance.ports import Answer, ContactGate, End
from cobranca.compliance.service import ContactPolicy, Errand
from cobranca.compliance.store import ContactRow, VerdictRow
from sim.throw_away import free_port
from tests.builders.contact import TUESDAY_TEN
from tests.builders.portfolio import a_portfolio

POLICY = ContactPolicy(simulated_route=True)
PATIENT_S = 30  # a busy machine is no refusal
SMS, VOICE = Errand(means="sms"), Errand()


async def a_debtor(engine: AsyncEngine) -> list[Candidate]:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1, phones=2)
        return await points_of(connection, debtor)


async def sought(
    engine: AsyncEngine, whom: Candidate, errand: Errand, times: int = 1
) -> list[Answer]:
    gate: ContactGate = Gate(engine, POLICY, PATIENT_S)
    answers = []
    for _ in range(times):
        answers += await gate.seek([whom], errand, TUESDAY_TEN, origin="teste")
    return answers


async def test_an_allowed_contact_is_stored_with_its_verdict(engine: AsyncEngine) -> None:
    one, _ = await a_debtor(engine)
    (answer,) = await sought(engine, one, SMS)
    query = select(VerdictRow.allowed, VerdictRow.rule, VerdictRow.means, ContactRow.point)
    query = query.join(ContactRow, ContactRow.verdict_id == VerdictRow.id)
    async with engine.connect() as connection:
        row = (await connection.execute(query.where(ContactRow.id == answer.contact))).one()
    assert tuple(row) == (True, "all_rules_met", "sms", one.number)


async def test_attempts_count_over_all_means_and_numbers(engine: AsyncEngine) -> None:
    one, other = await a_debtor(engine)
    await sought(engine, one, SMS, 2)
    await sought(engine, other, VOICE)
    (refused,) = await sought(engine, other, Errand(means="whatsapp"))
    assert (refused.verdict.rule, refused.contact) == ("attempts_per_day", None)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM contact")) == 3
        # the dialer is held back by them too
        (ruling,) = await POLICY.ask(connection, [one], TUESDAY_TEN)
    assert ruling.verdict.rule == "attempts_per_day"


async def test_what_was_not_sent_does_not_count(engine: AsyncEngine) -> None:
    one, _ = await a_debtor(engine)
    gate = Gate(engine, POLICY, PATIENT_S)
    for answer in await sought(engine, one, SMS, 3):
        assert answer.contact is not None
        assert await gate.close(answer.contact, End(sent=False))
        assert not await gate.close(answer.contact, End())  # once
    (answer,) = await sought(engine, one, SMS)
    assert answer.verdict.allowed


@pytest.mark.parametrize(
    ("right_party", "rule"), [(True, "after_talk"), (False, "talk_per_day")]
)
async def test_a_talk_by_message_is_a_talk(
    engine: AsyncEngine, right_party: bool, rule: str
) -> None:
    one, other = await a_debtor(engine)
    (answer,) = await sought(engine, one, Errand(means="whatsapp"))
    assert answer.contact is not None
    await Gate(engine, POLICY, PATIENT_S).close(
        answer.contact, End(talked=True, right_party=right_party)
    )
    (refused,) = await sought(engine, other, VOICE)
    assert refused.verdict.rule == rule


async def test_when_he_writes_to_us_it_is_a_talk_and_no_attempt(
    engine: AsyncEngine,
) -> None:
    one, other = await a_debtor(engine)
    async with engine.begin() as connection:
        noted = await received(
            connection, one, "whatsapp", TUESDAY_TEN, origin="teste", right_party=True
        )
        assert isinstance(noted, UUID)
        (ruling,) = await POLICY.ask(connection, [other], TUESDAY_TEN)
    assert ruling.verdict.rule == "after_talk"


async def test_many_at_once_by_all_means_take_three(engine: AsyncEngine) -> None:
    one, other = await a_debtor(engine)
    gate = Gate(engine, POLICY, PATIENT_S)
    asked = [
        gate.seek([whom], errand, TUESDAY_TEN, origin="teste")
        for whom in (one, other)
        for errand in (SMS, VOICE, Errand(means="robot"))
    ]
    answers = await asyncio.gather(*asked)
    assert sum(answer.verdict.allowed for (answer,) in answers) == 3


async def test_without_a_database_nobody_is_contacted() -> None:
    down = create_async_engine(f"postgresql+asyncpg://x:x@127.0.0.1:{free_port()}/x")
    whom = Candidate(
        debtor_id=UUID(int=1), contact_point_id=UUID(int=2), number="+5511900012345",
        zone="America/Sao_Paulo", ddd_uf="SP", address_uf=None, address_city=None,
        birth_date=None,
    )  # fmt: skip
    try:
        (answer,) = await Gate(down, POLICY).seek([whom], SMS, TUESDAY_TEN, origin="teste")
    finally:
        await down.dispose()
    assert (answer.verdict.rule, answer.contact) == ("no_verdict", None)


async def test_the_database_refuses_a_contact_without_a_verdict(
    engine: AsyncEngine,
) -> None:
    one, _ = await a_debtor(engine)
    with pytest.raises(IntegrityError, match="ck_contact_asked"):
        async with engine.begin() as connection:
            await connection.execute(
                text("INSERT INTO contact (id, debtor_id, point, means, direction, origin,"
                     " at, contact_day, talked, right_party) VALUES (gen_random_uuid(),"
                     " :debtor, '+5511900012345', 'sms', 'outbound', 'x', now(),"
                     " current_date, false, false)"),
                {"debtor": one.debtor_id},
            )  # fmt: skip
