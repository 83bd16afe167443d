"""Verdicts on who answered reach the database, and what follows from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.principal import Principal
from cobranca.people.roles import Role
from cobranca.people.store import AgentRow
from dialer.adapters.pacing_history import history
from dialer.answering import review
from dialer.answering.answer import Answer
from dialer.answering.review import NoVerdict
from dialer.answering.store import AnswerVerdictRow
from dialer.calls.events import NetworkOutcome
from dialer.calls.store import AttemptRow, DispositionRow
from dialer.figures import feed
from dialer.pacing import Resolved
from dialer.shell.facts import Ended, Judged, Step
from foundation.ids import uuid7
from tests.integration.dialer.test_call_log import NOW, an_attempt, ending, writing
from tests.people import a_user, quick_passwords

BEFORE = NOW - timedelta(hours=1)


def judged(
    attempt: UUID | str, who: str = "machine", kind: str = "mailbox", *, acted: bool = True
) -> Judged:
    fields = {"attempt": str(attempt), "who": who, "kind": kind, "why": "phrase"}
    answer = Answer.parse({**fields, "heard_s": 2.5, "evidence": {"text": "caixa postal"}})
    return Judged(answer=answer, at=NOW, acted=acted)


def ended_for(attempt: UUID, kind: str | None = "mailbox") -> Ended:
    plain = ending(attempt, NetworkOutcome.ANSWERED)
    return Ended(
        call=replace(plain.call, joined_at=None),
        channel=plain.channel,
        agent=None,
        abandoned=False,
        machine=kind,
    )


async def stored(engine: AsyncEngine) -> list[tuple[UUID, str, bool]]:
    row = AnswerVerdictRow
    async with engine.connect() as connection:
        found = await connection.execute(select(row.attempt_id, row.who, row.acted))
        return [(one.attempt_id, one.who, one.acted) for one in found]


async def supervisor(engine: AsyncEngine) -> Principal:
    user = await a_user(engine, quick_passwords(), "supervisora", Role.SUPERVISOR)
    return Principal(
        user_id=user, login="supervisora", name="Pessoa supervisora",
        role=Role.SUPERVISOR, seat=None, agent_id=None,
    )  # fmt: skip


async def test_a_machine_is_no_person_in_any_figure(engine: AsyncEngine) -> None:
    attempt = await an_attempt(engine)
    async with writing(engine) as log:
        log.add(Step(judged=[judged(attempt)], ended=[ended_for(attempt)]))
    async with engine.connect() as connection:
        row = (await connection.execute(select(AttemptRow.__table__))).one()
        rates = await feed.rates(connection, BEFORE)
        past = await history(connection, row.campaign_id, NOW + timedelta(hours=1))
        debtor = (
            await connection.execute(text("SELECT state, next_at FROM campaign_debtor"))
        ).one()
    assert (row.outcome, row.answered_by, row.abandoned) == ("answered", "machine", False)
    assert rates.get(row.campaign_id) is None
    assert [e.outcome for e in past.events if isinstance(e, Resolved)] == ["machine"]
    assert debtor.state == "ready"  # it is tried again, as after a recorded mailbox
    assert await stored(engine) == [(attempt, "machine", True)]


async def test_a_verdict_twice_is_one_and_a_strangers_is_none(engine: AsyncEngine) -> None:
    attempt = await an_attempt(engine)
    async with writing(engine) as log:
        log.add(Step(judged=[judged(attempt), judged(uuid7()), judged("no id")]))
        log.add(Step(judged=[judged(attempt, "person", "")]))
    assert await stored(engine) == [(attempt, "machine", True)]


@pytest.mark.parametrize("machine_first", [False, True])
async def test_a_machine_replaces_a_person_in_whichever_order_they_are_written(
    engine: AsyncEngine, *, machine_first: bool
) -> None:
    attempt = await an_attempt(engine)
    both = [judged(attempt, "person", "", acted=False), judged(attempt)]
    async with writing(engine) as log:
        for each in reversed(both) if machine_first else both:
            log.add(Step(judged=[each]))
    assert await stored(engine) == [(attempt, "machine", True)]
    async with engine.connect() as connection:
        evidence = await connection.scalar(select(AnswerVerdictRow.evidence))
    assert evidence is not None
    assert evidence["text"] == "caixa postal"
    assert evidence.get("before") == (None if machine_first else "person")


async def test_a_machine_told_after_the_call_ended_leaves_the_accounts_as_they_are(
    engine: AsyncEngine,
) -> None:
    attempt = await an_attempt(engine)
    lost = replace(ended_for(attempt, None), abandoned=True)
    async with writing(engine) as log:
        log.add(Step(judged=[judged(attempt, "person", "", acted=False)], ended=[lost]))
        log.add(Step(judged=[judged(attempt, acted=False)]))
    assert await stored(engine) == [(attempt, "machine", False)]
    async with engine.connect() as connection:
        row = (await connection.execute(select(AttemptRow.__table__))).one()
    assert (row.outcome, row.answered_by, row.abandoned) == ("answered", None, True)


async def test_a_number_that_does_not_exist_is_retired_when_it_was_heard_twice(
    engine: AsyncEngine,
) -> None:
    async def status() -> str:
        query = text("SELECT p.status FROM contact_point p JOIN attempt a"
                     " ON a.contact_point_id = p.id LIMIT 1")  # fmt: skip
        async with engine.connect() as connection:
            return str(await connection.scalar(query))

    first, second = await an_attempt(engine), uuid7()
    async with writing(engine) as log:
        log.add(
            Step(
                judged=[judged(first, kind="invalid")], ended=[ended_for(first, "invalid")]
            )
        )
    assert await status() == "active"
    async with engine.begin() as connection:
        row = (await connection.execute(select(AttemptRow.__table__))).one()._asdict()
        fresh = {"id": second, "outcome": None, "answered_by": None}
        await connection.execute(insert(AttemptRow), {**row, **fresh})
    async with writing(engine) as log:
        log.add(
            Step(
                judged=[judged(second, kind="invalid")],
                ended=[ended_for(second, "invalid")],
            )
        )
    assert await status() == "invalid"


async def test_a_person_who_was_taken_for_a_machine_counts_as_abandoned_when_heard(
    engine: AsyncEngine,
) -> None:
    attempt, who = await an_attempt(engine), await supervisor(engine)
    async with writing(engine) as log:
        log.add(Step(judged=[judged(attempt)], ended=[ended_for(attempt)]))
    async with engine.begin() as connection:
        await connection.execute(
            update(AnswerVerdictRow).values(sampled=True, at=text("now()"))
        )
        (shown,) = await review.to_review(connection)
        assert (shown.attempt, shown.acted) == (attempt, True)
        await review.review(connection, attempt, who, person=True)
    async with engine.connect() as connection:
        row = (await connection.execute(select(AttemptRow.__table__))).one()
        (count,) = await review.counts(connection)
        assert await review.to_review(connection) == []
    assert (row.answered_by, row.abandoned) == ("person", True)
    assert (count.acted, count.reviewed, count.people) == (1, 1, 1)
    async with engine.begin() as connection:  # he listens again
        await review.review(connection, attempt, who, person=False)
        row = (await connection.execute(select(AttemptRow.__table__))).one()
    assert (row.answered_by, row.abandoned) == ("machine", False)


async def test_what_an_agent_contradicts_is_to_be_reviewed(engine: AsyncEngine) -> None:
    attempt = await an_attempt(engine)
    async with writing(engine) as log:
        log.add(Step(judged=[judged(attempt, acted=False)]))
    async with engine.begin() as connection:
        await connection.execute(
            update(AnswerVerdictRow).values(sampled=False, at=text("now()"))
        )
        assert await review.to_review(connection) == []
        agent = (await connection.execute(select(AgentRow.id).limit(1))).scalar_one()
        await connection.execute(
            insert(DispositionRow),
            {"attempt_id": attempt, "agent_id": agent, "code": "refused",
             "right_party": True, "note": None, "at": NOW},
        )  # fmt: skip
        assert [one.attempt for one in await review.to_review(connection)] == [attempt]


async def test_a_call_that_nobody_listened_to_cannot_be_reviewed(
    engine: AsyncEngine,
) -> None:
    who = await supervisor(engine)
    async with engine.begin() as connection:
        with pytest.raises(NoVerdict):
            await review.review(connection, uuid7(), who, person=True)
