"""A payment stops what is queued for its debt: turns, call-backs, calls that ring."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debts.store import ContractRow, DebtRow
from cobranca.payments.api_pix.client import ApiPix
from cobranca.payments.api_pix.connection import BankConnection
from cobranca.payments.charging import pix_charge
from cobranca.payments.owing import of_debt
from cobranca.payments.pix.key import parse_key
from cobranca.people.store import AgentRow
from cobranca.worker import HANDLERS, Worker, registered
from dialer.adapters.scripted import Party
from dialer.callbacks.store import CallBackRow
from dialer.calls.agent import AgentState
from foundation.bus import BOARD, COMMANDS, EVENTS, Bus
from foundation.bus import connect as connect_bus
from foundation.clock import SAO_PAULO
from foundation.embedded.valkey import redis_url
from foundation.ids import uuid7
from foundation.process import Process
from foundation.settings import ProcessSettings
from sim.outside.bank.server import Bank
from tests.integration.dialer.office import (
    Office,
    a_running_campaign,
    office,
    placed,
    seat_or,
)
from tests.integration.payments.at_the_bank import KEY, a_bank, listening, with_bank
from tests.integration.worker.rows import an_outbox
from tests.real_switch import eventually

TURNS = """SELECT d.name, cd.state, cd.last_outcome FROM campaign_debtor cd
             JOIN debtor d ON d.id = cd.debtor_id ORDER BY d.name"""
MOST_S = 10.0  # ten times the aim: no test asserts a speed


async def debts(engine: AsyncEngine) -> list[UUID]:
    """Of the debtors in list order."""
    query = (
        select(DebtRow.id)
        .join(ContractRow, ContractRow.id == DebtRow.contract_id)
        .order_by(ContractRow.number)
    )
    async with engine.connect() as connection:
        return list((await connection.execute(query)).scalars())


async def a_call_back(engine: AsyncEngine, debtor: str) -> None:
    """Booked for tomorrow."""
    async with engine.begin() as connection:
        row = (
            await connection.execute(
                text(
                    """SELECT d.id AS debtor_id, p.id AS contact_point_id,
                              c.id AS campaign_id
                         FROM debtor d JOIN contact_point p ON p.debtor_id = d.id
                        CROSS JOIN campaign c WHERE d.name = :name"""
                ),
                {"name": debtor},
            )
        ).one()
        agent = await connection.scalar(select(AgentRow.id).limit(1))
        now = datetime.now(UTC)
        values = {
            "id": uuid7(), "agent_id": agent, "state": "booked",
            "due_at": now + timedelta(days=1), "booked_at": now,
        }  # fmt: skip
        await connection.execute(insert(CallBackRow), values | dict(row._mapping))


async def a_code(engine: AsyncEngine, bank: Bank, debt: UUID) -> str:
    """The txid of a Pix charge of all that the debt owes today."""
    today = datetime.now(SAO_PAULO).date()
    async with engine.connect() as connection:
        owing = await of_debt(connection, debt, today)
    async with BankConnection(bank.access) as connected:
        await pix_charge(engine, ApiPix(connected), parse_key(KEY), owing)
    (txid,) = [txid for kind, txid in bank.books.charges if kind == "cob"]
    return txid


@asynccontextmanager
async def working(
    engine: AsyncEngine, settings: ProcessSettings, executor: Executor
) -> AsyncIterator[None]:
    """The worker's queue at work, with what the packages registered."""
    stopping = asyncio.Event()
    handlers = {name: registered(HANDLERS)[name] for name in ("paid",)}
    handlers["receipt"] = _nothing
    async with asyncio.TaskGroup() as tasks:
        rows = an_outbox(engine, settings, executor, handlers)
        run = Worker(Process(tasks, stopping), rows, 1).run({}, {}, {})
        running = tasks.create_task(run)
        yield
        stopping.set()
        await running


@asynccontextmanager
async def the_bus(settings: ProcessSettings) -> AsyncIterator[Bus]:
    client = connect_bus(redis_url(settings))
    yield Bus(client)
    await client.aclose()


async def _nothing(_context: object, _payload: dict[str, Any]) -> None:
    """Receipts are another test's."""


async def obey(floor: Office, wire: Bus) -> None:
    """What the dialer's process does with this command."""
    async for message in wire.consume(COMMANDS):
        if message.fields.get("do") == "give_up":
            floor.leader.give_up(tuple(message.fields["calls"]))


async def test_within_a_second_of_the_webhook_nobody_is_queued_to_be_called(
    engine: AsyncEngine, settings: ProcessSettings, tmp_path: Path
) -> None:
    await a_running_campaign(engine, 3, policy={"mode": "manual"})
    first, *_ = await debts(engine)
    ringing = seat_or(Party(answers_s=None))
    with ThreadPoolExecutor(1) as executor:
        async with a_bank(tmp_path) as bank, office(engine, settings, ringing) as floor:
            await a_call_back(engine, "Devedor 0")
            known = with_bank(settings, bank)
            async with listening(engine, known, bank), working(engine, settings, executor):
                txid = await a_code(engine, bank, first)
                since = time.monotonic()
                bank.pay("cob", txid)
                expected = [
                    ("Devedor 0", "done", "paid"),
                    ("Devedor 1", "ready", None),
                    ("Devedor 2", "ready", None),
                ]
                await floor.until(TURNS, expected, within_s=MOST_S)
                took_s = time.monotonic() - since
                booked = "SELECT state, rule FROM call_back"
                assert await floor.ask(booked) == [("cancelled", "paid")]
                await bank.notices.settle()
    print(f"webhook to cancelled contact: {took_s * 1000:.0f} ms")


async def test_a_call_that_rings_is_given_up_and_its_debtor_not_called_again(
    engine: AsyncEngine, settings: ProcessSettings, tmp_path: Path
) -> None:
    await a_running_campaign(engine, 1, policy={"mode": "progressive"})
    (debt,) = await debts(engine)
    with ThreadPoolExecutor(1) as executor:
        async with (
            a_bank(tmp_path) as bank,
            the_bus(settings) as wire,
            office(engine, settings, seat_or(Party(answers_s=None))) as floor,
        ):
            obeying = asyncio.create_task(obey(floor, wire))
            floor.seat("agent001")
            await eventually(placed(floor, 1))
            known = with_bank(settings, bank)
            async with (
                listening(engine, known, bank),
                working(engine, settings, executor),
            ):
                bank.pay("cob", await a_code(engine, bank, debt))
                outcome = "SELECT outcome FROM attempt"
                await floor.until(outcome, [("cancelled",)], within_s=MOST_S)
                await floor.until(TURNS, [("Devedor 0", "done", "paid")])
                await bank.notices.settle()
            obeying.cancel()
            assert await floor.ask(outcome) == [("cancelled",)]  # and none after it


async def test_the_agent_who_talks_with_the_payer_sees_it(
    engine: AsyncEngine, settings: ProcessSettings, tmp_path: Path
) -> None:
    await a_running_campaign(engine, 1, policy={"mode": "progressive"})
    (debt,) = await debts(engine)
    talks = seat_or(Party(answers_s=0.05, talks_s=60.0))
    with ThreadPoolExecutor(1) as executor:
        async with (
            a_bank(tmp_path) as bank,
            the_bus(settings) as wire,
            office(engine, settings, talks) as floor,
        ):
            drawing = asyncio.create_task(floor.leader.tools.board.run())
            floor.seat("agent001")
            await eventually(state_of(floor, AgentState.TALKING))
            await eventually(on_the_board(wire, "talking"))
            begin = await wire.last_id(EVENTS)
            known = with_bank(settings, bank)
            async with (
                listening(engine, known, bank),
                working(engine, settings, executor),
            ):
                bank.pay("cob", await a_code(engine, bank, debt))
                seen = await first_of(wire, "paid", begin)
                await bank.notices.settle()
            agent = floor.leader.floor.agents["agent001"]
            assert (seen["agent"], seen["call"]) == ("agent001", agent.call)
            assert (seen["amount"], seen["means"]) == ("100.00", "pix")
            assert agent.state is AgentState.TALKING  # nobody is cut off
            drawing.cancel()


def state_of(floor: Office, wanted: AgentState) -> Any:
    async def is_so() -> bool:
        agent = floor.leader.floor.agents.get("agent001")
        return agent is not None and agent.state is wanted

    return is_so


def on_the_board(wire: Bus, state: str) -> Any:
    async def is_so() -> bool:
        board = await wire.table(BOARD)
        return bool(board) and board["agent001"]["state"] == state

    return is_so


async def first_of(wire: Bus, kind: str, since: str) -> dict[str, Any]:
    async with asyncio.timeout(MOST_S):
        async for message in wire.consume(EVENTS, since):
            if message.fields.get("kind") == kind:
                return message.fields
    raise AssertionError("unreachable")
