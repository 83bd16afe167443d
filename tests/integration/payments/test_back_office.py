"""Statement, commission, effect of a policy, and webhooks out, in a real database."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from aiohttp import web
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.agreements.policy import Authority
from cobranca.agreements.preview import preview
from cobranca.agreements.receiving import record_payment
from cobranca.agreements.undoing import undo_payment
from cobranca.debtors.store import CreditorRow
from cobranca.debts.creditor_statement import (
    AbsurdShare,
    NoSuchCreditor,
    agree_commission,
    statement,
)
from cobranca.debts.facts import Means
from cobranca.hooks.signature import is_authentic
from cobranca.hooks.store import HookRow, HookTellingRow
from cobranca.hooks.telling import HEADER, SECRET, again, tell
from foundation.clock import SAO_PAULO
from foundation.db.outbox import OutboxRow
from foundation.ids import uuid7
from foundation.settings import ProcessSettings
from sim.throw_away import free_port
from tests.builders.agreements import POLICY
from tests.builders.payments import a_debt_of_today, agreed_today, real_keys
from tests.integration.worker.rows import an_outbox

TODAY = datetime.now(SAO_PAULO).date()
TEN = Decimal("10.00")


async def creditor_of(engine: AsyncEngine) -> UUID:
    async with engine.connect() as connection:
        return (await connection.execute(select(CreditorRow.id))).scalar_one()


async def paid(
    engine: AsyncEngine, debt: UUID, amount: str, means: Means, name: str
) -> None:
    async with engine.begin() as connection:
        await record_payment(
            connection,
            debt_id=debt,
            amount=Decimal(amount),
            paid_on=TODAY,
            means=means,
            reference=name,
        )


async def test_a_statement_tells_what_came_what_went_back_and_what_is_passed_on(
    engine: AsyncEngine,
) -> None:
    debt = await a_debt_of_today(engine)
    creditor = await creditor_of(engine)
    async with engine.begin() as connection:
        await agree_commission(
            connection, creditor, Decimal("0.2"), date(2026, 1, 1), "ana"
        )
        await agree_commission(connection, creditor, Decimal("0.125"), TODAY, "ana")
    await paid(engine, debt, "10.00", Means.PIX, "p1")
    await paid(engine, debt, "20.00", Means.CREDITOR, "c1")
    await paid(engine, debt, "5.05", Means.PIX, "p2")
    async with engine.begin() as connection:
        await undo_payment(
            connection, means=Means.PIX, reference="p2", reason="refunded", debt_id=debt
        )
        told = await statement(connection, creditor, TODAY, TODAY)
        empty = await statement(
            connection, creditor, TODAY - timedelta(days=9), TODAY - timedelta(days=1)
        )
    assert [(line.amount, line.commission) for line in told.lines] == [
        (TEN, Decimal("1.25")),
        (Decimal("20.00"), Decimal("2.50")),
        (Decimal("5.05"), Decimal("0.63")),
        (Decimal("-5.05"), Decimal("-0.63")),
    ]
    assert (told.received, told.paid_to_creditor) == (TEN, Decimal("20.00"))
    assert (told.commission, told.to_pass_on) == (Decimal("3.75"), Decimal("6.25"))
    assert empty.lines == ()


async def test_a_commission_out_of_bounds_and_an_unknown_creditor_are_refused(
    engine: AsyncEngine,
) -> None:
    await a_debt_of_today(engine)
    creditor = await creditor_of(engine)
    async with engine.begin() as connection:
        for share in ("-0.01", "0.61"):
            with pytest.raises(AbsurdShare):
                await agree_commission(connection, creditor, Decimal(share), TODAY, "ana")
        with pytest.raises(NoSuchCreditor):
            await statement(connection, uuid7(), TODAY, TODAY)


async def test_a_policy_is_tried_on_last_months_base_before_it_is_published(
    engine: AsyncEngine,
) -> None:
    await a_debt_of_today(engine)
    condition = POLICY.conditions[0]
    dear = condition.model_copy(update={"amount": (Decimal(10_000), Decimal(20_000))})
    halves = {Authority.AGENT: Decimal("0.5"), Authority.SUPERVISOR: Decimal("0.5")}
    kind = condition.model_copy(update={"discount": halves})
    async with engine.connect() as connection:
        same = await preview(connection, POLICY, TODAY)
        none = await preview(
            connection, POLICY.model_copy(update={"conditions": (dear,)}), TODAY
        )
        half = await preview(
            connection, POLICY.model_copy(update={"conditions": (kind,)}), TODAY
        )
    assert (same.base, same.sample, same.lost, same.gained) == (3, 3, 0, 0)
    assert same.now == same.then
    assert (same.now.offered, same.now.most_instalments) == (3, 3)
    assert (none.then.offered, none.lost) == (0, 3)
    assert abs(half.then.mean_discount - Decimal("0.5")) < Decimal("0.001")
    assert half.then.mean_price < half.now.mean_price


@dataclass
class Listener:
    """Somebody else's system; says `status` to what it hears."""

    status: int = 200
    heard: list[tuple[bytes, str]] = field(default_factory=list)


@asynccontextmanager
async def a_listener(
    engine: AsyncEngine, settings: ProcessSettings
) -> AsyncIterator[Listener]:
    listener, port = Listener(), free_port()

    async def hear(request: web.Request) -> web.Response:
        listener.heard.append((await request.read(), request.headers[HEADER]))
        return web.Response(status=listener.status)

    app = web.Application()
    app.router.add_post("/ouve", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    row = {
        "id": uuid7(),
        "url": f"http://127.0.0.1:{port}/ouve",
        "secret_sealed": real_keys(settings).seal("segredo", bound_to=SECRET),
        "events": ["payment.received", "agreement.active"],
        "active": True,
        "created_at": datetime.now(UTC),
        "created_by": "ana",
    }
    async with engine.begin() as connection:
        await connection.execute(insert(HookRow), row)
    yield listener
    await runner.cleanup()


async def drained(engine: AsyncEngine, settings: ProcessSettings) -> None:
    """Run what is due of the webhooks."""
    with ThreadPoolExecutor(1) as executor:
        rows = an_outbox(engine, settings, executor, {"hook": tell})
        async with engine.begin() as connection:
            await connection.execute(
                update(OutboxRow).where(OutboxRow.topic != "hook").values(tries=0,
                    done_at=datetime.now(UTC))
            )  # fmt: skip
        while await rows.run_one():
            pass


async def test_others_hear_of_it_signed_until_they_take_it_and_again_when_asked(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    debt = await a_debt_of_today(engine)
    async with a_listener(engine, settings) as listener:
        listener.status = 500
        await paid(engine, debt, "10.00", Means.PIX, "p1")
        await drained(engine, settings)
        assert len(listener.heard) == 1
        listener.status = 204
        async with engine.begin() as connection:
            due = datetime.now(UTC) - timedelta(seconds=1)
            await connection.execute(update(OutboxRow).values(available_at=due))
        await drained(engine, settings)
        async with engine.begin() as connection:
            row = (await connection.execute(select(HookTellingRow.__table__))).one()
            assert await again(connection, row.id)
            assert not await again(connection, uuid7())
        await drained(engine, settings)
    assert (row.tries, row.answer) == (2, 204)
    assert row.told_at is not None
    bodies = [json.loads(body) for body, _ in listener.heard]
    assert bodies[0] == bodies[1] == bodies[2]
    assert (bodies[0]["event"], bodies[0]["amount"]) == ("payment.received", "10.00")
    for body, header in listener.heard:
        assert is_authentic(b"segredo", body, header, now_s=time.time())
        assert not is_authentic(b"outro", body, header, now_s=time.time())


async def test_what_nobody_asked_to_hear_is_not_told(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    async with a_listener(engine, settings) as listener:
        await agreed_today(engine, count=2)  # accepted: not asked for
        await drained(engine, settings)
        assert listener.heard == []
