"""Rows of the outbox: once each, in the transaction of their effects, and never lost."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from concurrent.futures import Executor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.db import outbox
from foundation.db.outbox import OutboxContext, OutboxRow, Transient
from foundation.settings import ProcessSettings
from tests.integration.worker.rows import an_outbox, effects, note_done, one_row, put

PROJECT = Path(__file__).parents[3]
Payload = dict[str, Any]


async def note(context: OutboxContext, payload: Payload) -> None:
    await note_done(context.connection, payload["key"])


async def test_a_row_is_there_only_if_its_transaction_was(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert await outbox.enqueue(connection, "t", "a", {})
        await connection.rollback()
    async with engine.begin() as connection:
        assert await outbox.enqueue(connection, "t", "a", {})
        assert not await outbox.enqueue(connection, "t", "a", {"again": True})
        assert await outbox.enqueue(connection, "other", "a", {})
        assert (await outbox.backlog(connection))[0] == 2


async def test_a_row_is_done_once(
    engine: AsyncEngine, settings: ProcessSettings, executor: Executor
) -> None:
    rows = an_outbox(engine, settings, executor, {"t": note})
    await put(engine, "t", "a")

    assert await rows.run_one()
    assert not await rows.run_one()
    assert await effects(engine) == ["a"]
    assert (await one_row(engine)).done_at is not None


async def test_a_row_waits_for_its_time(
    engine: AsyncEngine, settings: ProcessSettings, executor: Executor
) -> None:
    await put(engine, "t", "a", after_s=60)

    assert not await an_outbox(engine, settings, executor, {"t": note}).run_one()


async def test_what_fails_writes_nothing_and_is_tried_again(
    engine: AsyncEngine, settings: ProcessSettings, executor: Executor
) -> None:
    async def break_off(context: OutboxContext, payload: Payload) -> None:
        await note(context, payload)
        context.after_commit.append(lambda: pytest.fail("nothing was committed"))
        raise ValueError("CPF 529.982.247-25")

    await put(engine, "t", "a")

    assert await an_outbox(engine, settings, executor, {"t": break_off}).run_one()
    row = await one_row(engine)
    assert await effects(engine) == []
    assert (row.done_at, row.tries, row.last_error) == (None, 1, "ValueError: CPF ***")
    assert timedelta() < row.available_at - row.created_at < timedelta(seconds=30)


async def test_a_broken_statement_of_a_handler_does_not_break_the_row(
    engine: AsyncEngine, settings: ProcessSettings, executor: Executor
) -> None:
    async def misspell(context: OutboxContext, _: Payload) -> None:
        await context.connection.execute(text("SELECT nothing FROM nowhere"))

    await put(engine, "t", "a")

    assert await an_outbox(engine, settings, executor, {"t": misspell}).run_one()
    row = await one_row(engine)
    assert row.tries == 1
    assert "nowhere" in row.last_error


async def test_a_handler_may_ask_to_be_called_later(
    engine: AsyncEngine, settings: ProcessSettings, executor: Executor
) -> None:
    async def not_yet(_: OutboxContext, __: Payload) -> None:
        raise Transient("still writing", after_s=600)

    await put(engine, "t", "a")

    assert await an_outbox(engine, settings, executor, {"t": not_yet}).run_one()
    row = await one_row(engine)
    assert row.done_at is None
    assert row.available_at - row.created_at > timedelta(seconds=599)


async def test_an_unknown_topic_is_loud_but_not_lost(
    engine: AsyncEngine,
    settings: ProcessSettings,
    executor: Executor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await put(engine, "unheard_of", "a")

    assert await an_outbox(engine, settings, executor, {}).run_one()
    row = await one_row(engine)
    assert (row.done_at, row.last_error) == (None, "UnknownTopic: unheard_of")
    assert "outbox_failed" in caplog.text


async def test_effects_after_the_commit_see_what_was_committed(
    engine: AsyncEngine, settings: ProcessSettings, executor: Executor
) -> None:
    order: list[str] = []

    async def act(context: OutboxContext, payload: Payload) -> None:
        order.append(await context.offload(lambda: "handler"))
        context.after_commit.append(lambda: order.append("after"))

    await put(engine, "t", "a")
    await an_outbox(engine, settings, executor, {"t": act}).run_one()

    assert order == ["handler", "after"]


async def test_two_workers_never_do_one_row_twice(
    engine: AsyncEngine, settings: ProcessSettings, executor: Executor
) -> None:
    async def slowly(context: OutboxContext, payload: Payload) -> None:
        await asyncio.sleep(0)
        await note(context, payload)

    async def drain() -> int:
        rows, done = an_outbox(engine, settings, executor, {"t": slowly}), 0
        while await rows.run_one():
            done += 1
        return done

    keys = [f"{n:03}" for n in range(200)]
    await put(engine, "t", *keys)

    done = await asyncio.gather(*(drain() for _ in range(4)))

    assert sum(done) == 200
    assert await effects(engine) == keys


async def test_a_row_in_hand_is_nobody_elses(
    engine: AsyncEngine, settings: ProcessSettings, executor: Executor
) -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    async def hold(_: OutboxContext, __: Payload) -> None:
        started.set()
        await go_on.wait()

    await put(engine, "t", "a")
    first = asyncio.create_task(
        an_outbox(engine, settings, executor, {"t": hold}).run_one()
    )
    await started.wait()

    assert not await an_outbox(engine, settings, executor, {"t": note}).run_one()
    go_on.set()
    assert await first


async def test_a_worker_killed_in_the_middle_leaves_the_row_to_the_next(
    engine: AsyncEngine,
    settings: ProcessSettings,
    settings_env: dict[str, str],
    executor: Executor,
) -> None:
    await put(engine, "t", "a")
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.worker.stuck_worker",
        cwd=PROJECT, env=settings_env, stdout=PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    assert await child.stdout.readline() == b"in the middle\n"
    child.kill()
    await child.wait()

    rows = an_outbox(engine, settings, executor, {"t": note})
    async with asyncio.timeout(60):  # the server notices the closed socket
        while not await rows.run_one():
            await asyncio.sleep(0.01)
    assert await effects(engine) == ["a"]


async def test_a_lost_database_is_the_workers_matter_and_harms_no_row(
    engine: AsyncEngine, settings: ProcessSettings, executor: Executor
) -> None:
    async def lose_it(context: OutboxContext, payload: Payload) -> None:
        backend = await context.connection.scalar(select(func.pg_backend_pid()))
        async with context.engine.begin() as other:
            await other.execute(select(func.pg_terminate_backend(backend)))
        await note(context, payload)

    await put(engine, "t", "a")

    with pytest.raises(DBAPIError):
        await an_outbox(engine, settings, executor, {"t": lose_it}).run_one()
    assert (await one_row(engine)).tries == 0
    assert await an_outbox(engine, settings, executor, {"t": note}).run_one()
    assert await effects(engine) == ["a"]


async def test_rows_are_taken_in_the_order_they_became_due(
    engine: AsyncEngine, settings: ProcessSettings, executor: Executor
) -> None:
    seen: list[str] = []

    async def see(_: OutboxContext, payload: Payload) -> None:
        seen.append(payload["key"])

    for key in ("c", "a", "b"):
        await put(engine, "t", key)
    rows = an_outbox(engine, settings, executor, {"t": see})
    while await rows.run_one():
        pass

    assert seen == ["c", "a", "b"]
    async with engine.connect() as connection:
        left = select(func.count()).where(OutboxRow.done_at.is_(None))
        assert await connection.scalar(left) == 0
