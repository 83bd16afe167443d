"""Facts and endings reach the database once, and the debtor's next turn with them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.store import ContactPointRow
from cobranca.people.store import AgentRow
from dialer.adapters.call_log import CallLog, _Batch
from dialer.adapters.office import FLOOR
from dialer.adapters.open_attempts import agents_before, open_attempts
from dialer.calls.agent import Agent, AgentState
from dialer.calls.call import Call, CallState
from dialer.calls.events import NetworkOutcome
from dialer.calls.store import AttemptRow, CallEventRow, DispositionRow
from dialer.campaigns.store import CampaignDebtorRow
from dialer.shell.facts import Began, Ended, Fact, Step
from foundation.clock import OffsetClock
from foundation.db.leadership import take
from foundation.db.outbox import OutboxRow
from foundation.ids import uuid7
from tests.builders.portfolio import a_campaign, a_portfolio, some_seats

NOW = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[CallLog]:
    async with engine.begin() as connection:
        await some_seats(connection)
        query = select(AgentRow.endpoint, AgentRow.id)
        agents = {r.endpoint: r.id for r in await connection.execute(query)}
    log = CallLog(engine, agents)
    log.contact_clock = OffsetClock(timedelta())
    task = asyncio.create_task(log.run())
    yield log
    async with asyncio.timeout(10):
        await log.drained()
    task.cancel()


async def an_attempt(engine: AsyncEngine, phones: int = 1) -> UUID:
    attempt = uuid7()
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1, phones=phones)
        campaign = await a_campaign(connection)
        points = select(ContactPointRow.id, ContactPointRow.value)
        point = (await connection.execute(points.order_by(ContactPointRow.value))).first()
        assert point is not None
        await connection.execute(
            insert(AttemptRow),
            {
                "id": attempt,
                "direction": "outbound",
                "campaign_id": campaign,
                "debtor_id": debtor,
                "contact_point_id": point.id,
                "number": point.value,
                "route": "trunk",
                "epoch": 1,
                "placed_at": NOW,
                "contact_day": NOW.date(),
                "abandoned": False,
            },
        )
        await connection.execute(text("UPDATE campaign_debtor SET attempts = 1"))
    return attempt


def ending(attempt: UUID, outcome: NetworkOutcome, *, agent: str | None = None) -> Ended:
    answered = NOW if outcome is NetworkOutcome.ANSWERED else None
    call = Call(
        id=str(attempt),
        state=CallState.ENDED,
        answered_at=answered,
        joined_at=answered,
        ended_at=NOW + timedelta(seconds=30),
        cause=16,
        outcome=outcome,
    )
    return Ended(call=call, channel=call.id, agent=agent, abandoned=False)


async def test_an_ending_closes_the_attempt_and_promises_its_recording(
    engine: AsyncEngine,
) -> None:
    attempt = await an_attempt(engine)
    async with writing(engine) as log:
        fact = Fact(kind="answered", at=NOW, call=str(attempt))
        ended = ending(attempt, NetworkOutcome.ANSWERED, agent="agent002")
        log.add(Step(facts=[fact], ended=[ended]))
    async with engine.connect() as connection:
        row = (await connection.execute(select(AttemptRow.__table__))).one()
        agent = await connection.execute(
            select(AgentRow.endpoint).where(AgentRow.id == row.agent_id)
        )
        assert (row.outcome, row.outcome_source) == ("answered", "events")
        assert agent.scalar_one() == "agent002"
        turn = (await connection.execute(select(CampaignDebtorRow.__table__))).one()
        assert (turn.state, turn.last_outcome) == ("done", "answered")
        promised = (await connection.execute(select(OutboxRow.topic, OutboxRow.key))).one()
        assert tuple(promised) == ("recording", str(attempt))


async def test_the_first_ending_stays_whatever_is_written_later(
    engine: AsyncEngine,
) -> None:
    attempt = await an_attempt(engine)
    async with writing(engine) as log:
        log.add(Step(ended=[ending(attempt, NetworkOutcome.BUSY)]))
        await log.drained()
        log.add(Step(ended=[ending(attempt, NetworkOutcome.CONGESTION)]))
    async with engine.connect() as connection:
        outcome = await connection.execute(select(AttemptRow.outcome))
        assert outcome.scalar_one() == "busy"


@pytest.mark.parametrize(
    ("phones", "state"),
    [(1, "done"), (2, "ready")],  # with a second number the debtor's turn is not over
)
async def test_an_invalid_number_is_retired_for_good(
    engine: AsyncEngine, phones: int, state: str
) -> None:
    attempt = await an_attempt(engine, phones)
    async with writing(engine) as log:
        log.add(Step(ended=[ending(attempt, NetworkOutcome.INVALID_NUMBER)]))
    async with engine.connect() as connection:
        points = await connection.execute(
            select(ContactPointRow.status).order_by(ContactPointRow.value)
        )
        assert next(iter(points.scalars())) == "invalid"
        turn = await connection.execute(select(CampaignDebtorRow.state))
        assert turn.scalar_one() == state


async def test_a_busy_debtor_is_tried_again_after_a_quarter_of_an_hour(
    engine: AsyncEngine,
) -> None:
    attempt = await an_attempt(engine)
    before = datetime.now(UTC)
    async with writing(engine) as log:
        log.add(Step(ended=[ending(attempt, NetworkOutcome.BUSY)]))
    async with engine.connect() as connection:
        turn = (await connection.execute(select(CampaignDebtorRow.__table__))).one()
    assert turn.state == "ready"
    assert timedelta(minutes=15) <= turn.next_at - before < timedelta(minutes=16)


async def test_inbound_calls_and_dispositions_become_rows(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        debtors = await a_portfolio(connection, debtors=2)
    call = uuid7()
    said = {"code": "promise", "note": "paga dia 5", "right_party": True}
    async with writing(engine) as log:
        log.add(Step(began=[Began(call=str(call), number="+5511900000001", at=NOW)]))
        fact = Fact(kind="disposition", at=NOW, call=str(call), agent="agent001", data=said)
        log.add(Step(facts=[fact]))
    async with engine.connect() as connection:
        row = (await connection.execute(select(AttemptRow.__table__))).one()
        disposition = (await connection.execute(select(DispositionRow.__table__))).one()
    assert (row.id, row.direction, row.outcome) == (call, "inbound", None)
    assert row.debtor_id == debtors[1]
    assert (disposition.attempt_id, disposition.code) == (call, "promise")


async def test_who_calls_us_does_so_on_his_own_day_of_the_compliance_clock(
    engine: AsyncEngine,
) -> None:
    """At half past one in São Paulo it is still the day before in Acre."""
    half_past_one = datetime.fromisoformat("2026-03-11T01:30:00-03:00")
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=1)
        moved = "UPDATE contact_point SET zone = 'America/Rio_Branco'"
        await connection.execute(text(moved))
    async with writing(engine) as log:
        log.contact_clock = OffsetClock(half_past_one - datetime.now(UTC))
        for number in ("+5511900000000", "+5511900099999"):
            log.add(Step(began=[Began(call=str(uuid7()), number=number, at=NOW)]))
    async with engine.connect() as connection:
        rows = await connection.execute(select(AttemptRow.number, AttemptRow.contact_day))
        days = {row.number: row.contact_day for row in rows}
    assert days == {
        "+5511900000000": date(2026, 3, 10), "+5511900099999": date(2026, 3, 11),
    }  # fmt: skip


async def test_nothing_is_lost_while_the_database_is_away(engine: AsyncEngine) -> None:
    attempt = await an_attempt(engine)
    async with writing(engine) as log, engine.connect() as connection:
        await connection.execute(text("ALTER TABLE call_event RENAME TO hidden"))
        await connection.commit()
        log.add(Step(facts=[Fact(kind="ringing", at=NOW, call=str(attempt))]))
        async with asyncio.timeout(60):
            while not log.failing:
                await asyncio.sleep(0.01)
        await connection.execute(text("ALTER TABLE hidden RENAME TO call_event"))
        await connection.commit()
    async with engine.connect() as connection:
        kinds = await connection.execute(select(CallEventRow.kind))
        assert list(kinds.scalars()) == ["ringing"]


async def test_open_attempts_are_folded_from_their_facts(engine: AsyncEngine) -> None:
    attempt = await an_attempt(engine)
    async with writing(engine) as log:
        facts = [
            Fact(kind=kind, at=NOW + timedelta(seconds=n), call=str(attempt))
            for n, kind in enumerate(["created", "ringing", "answered", "joined"])
        ]
        log.add(Step(facts=facts))
    async with engine.connect() as connection:
        (found,) = await open_attempts(connection)
    expected = Call(
        id=str(attempt),
        state=CallState.TALKING,
        ringing_at=NOW + timedelta(seconds=1),
        answered_at=NOW + timedelta(seconds=2),
        joined_at=NOW + timedelta(seconds=3),
    )
    assert found.call == expected
    assert found.story.known_to_switch


async def test_agents_are_remembered_as_they_were(engine: AsyncEngine) -> None:
    states = {"agent001": ("wrap_up", "idle"), "agent002": ("offline", "paused")}
    call = uuid7()
    async with writing(engine) as log:
        for endpoint, (state, wants) in states.items():
            data = {"state": state, "wants": wants, "pause_code": "x", "leg": "l1"}
            more = {"since": NOW.isoformat(), "wrap_up_s": 45.0}
            fact = Fact(
                kind="agent",
                at=NOW + timedelta(seconds=1),
                agent=endpoint,
                call=str(call),
                data=data | more,
            )
            log.add(Step(facts=[fact]))
    async with engine.connect() as connection:
        (one,) = await agents_before(connection)
    assert one.wrap_up_s == 45.0
    assert one.agent == Agent(
        endpoint="agent001",
        state=AgentState.WRAP_UP,
        since=NOW,
        leg="l1",
        call=str(call),
        wants=AgentState.IDLE,
        pause_code="x",
    )


async def test_a_deposed_leader_moves_no_agent_and_adds_nothing_to_calls(
    engine: AsyncEngine,
) -> None:
    attempt = await an_attempt(engine)
    gone = {"cause": 16, "sip_code": None}
    async with writing(engine) as log:
        log.epoch = 2
        log.add(Step(facts=[Fact(kind="term_began", at=NOW)]))
        log.add(Step(facts=[Fact(kind="hungup", at=NOW, call=str(attempt), data=gone)]))
        await log.drained()
        log.epoch = 1  # what another had in his hands when he stood still
        data = {"state": "idle", "wants": "idle", "pause_code": ""}
        late = [
            Fact(kind="agent", at=NOW, agent="agent001", data=data),
            Fact(kind="joined", at=NOW, call=str(attempt), agent="agent001"),
            Fact(kind="hungup", at=NOW, call=str(attempt), data=gone),
        ]
        log.add(Step(facts=late))
    async with engine.connect() as connection:
        rows = select(CallEventRow.kind, CallEventRow.epoch).order_by(CallEventRow.id)
        kinds = [tuple(row) for row in await connection.execute(rows)]
    assert kinds == [("term_began", 2), ("hungup", 2)]


async def test_a_term_begins_after_what_the_leader_before_was_writing(
    engine: AsyncEngine,
) -> None:
    """A killed leader's batch may still be on its way when the next one takes office."""
    attempt = await an_attempt(engine)
    async with engine.begin() as connection:
        assert await take(connection, FLOOR, "a", lease_s=60)
    written = asyncio.Event()

    async def slow() -> None:
        async with engine.begin() as connection:
            first = CallLog(engine, {})
            facts = [(1, Fact(kind="ringing", at=NOW, call=str(attempt)))]
            await first._write(connection, _Batch(facts=facts))
            written.set()
            while not await _somebody_waits(engine):  # for this batch to end
                await asyncio.sleep(0.01)

    dying = asyncio.create_task(slow())
    await written.wait()
    async with writing(engine) as log:
        log.epoch = 2
        log.add(Step(facts=[Fact(kind="term_began", at=NOW)]))
        await log.drained()
        assert dying.done()
        async with engine.connect() as connection:
            (found,) = await open_attempts(connection)
    assert found.call.ringing_at == NOW


async def _somebody_waits(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        return bool(await connection.scalar(text(query)))


async def test_facts_are_neither_changed_nor_taken_away(engine: AsyncEngine) -> None:
    async with writing(engine) as log:
        log.add(Step(facts=[Fact(kind="term_began", at=NOW)]))
    for change in ("UPDATE call_event SET kind = 'x'", "DELETE FROM call_event"):
        with pytest.raises(DBAPIError, match="only ever added"):
            async with engine.begin() as connection:
                await connection.execute(text(change))


async def test_what_was_recorded_before_the_end_decides_the_next_turn(
    engine: AsyncEngine,
) -> None:
    attempt = await an_attempt(engine)
    async with writing(engine) as log:
        await record_now(log, attempt, "answering_machine")
        before = datetime.now(UTC)
        log.add(Step(ended=[ending(attempt, NetworkOutcome.ANSWERED, agent="agent001")]))
    async with engine.connect() as connection:
        turn = (await connection.execute(select(CampaignDebtorRow.__table__))).one()
    assert (turn.state, turn.last_outcome) == ("ready", "answered")
    assert timedelta(minutes=120) <= turn.next_at - before < timedelta(minutes=121)


async def test_what_was_recorded_after_the_end_opens_the_turn_again(
    engine: AsyncEngine,
) -> None:
    attempt = await an_attempt(engine, phones=2)
    async with writing(engine) as log:
        log.add(Step(ended=[ending(attempt, NetworkOutcome.ANSWERED, agent="agent001")]))
        await log.drained()
        await record_now(log, attempt, "wrong_person")
    async with engine.connect() as connection:
        turn = (await connection.execute(select(CampaignDebtorRow.__table__))).one()
        points = select(ContactPointRow.status).order_by(ContactPointRow.value)
        statuses = list((await connection.execute(points)).scalars())
    assert turn.state == "ready"
    assert statuses == ["wrong_party", "active"]


async def record_now(log: CallLog, attempt: UUID, code: str) -> None:
    """An agent at a telephone of his own records a code with the end of the wrap-up."""
    data = {"code": code, "note": "", "right_party": None}
    fact = Fact(kind="disposition", at=NOW, call=str(attempt), agent="agent001", data=data)
    log.add(Step(facts=[fact]))
    await log.drained()
