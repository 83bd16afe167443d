"""From a bank's webhook to the moment in which nobody is queued to be called for the debt.

A real database and bus, the worker's own listener and queue, and the simulated bank over
mutual TLS; payments come one after the other. What a running dialer does besides (calls
that ring are given up, the agent in call is told) is shown by tests.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from pydantic import SecretStr
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debts.news import RECEIPT
from cobranca.outbox_runner import Outbox
from cobranca.payments.api_pix.client import ApiPix
from cobranca.payments.api_pix.connection import BankConnection
from cobranca.payments.bank_service import serve
from cobranca.payments.charging import pix_charge
from cobranca.payments.owing import of_debt
from cobranca.payments.settings import Bank as BankSettings
from cobranca.settings import WorkerSettings
from cobranca.worker import HANDLERS, Worker, registered
from dialer.campaigns import service
from dialer.campaigns.service import NewCampaign
from foundation.clock import SAO_PAULO
from foundation.db.engine import connect
from foundation.db.outbox import OutboxContext
from foundation.process import Process
from sim.bench.figures import Figure
from sim.bench.load import a_list_of
from sim.bench.stack import served
from sim.outside.bank.demonstration import KEY, RECEIVER
from sim.outside.bank.notices import Habits
from sim.outside.bank.server import Bank, running_bank
from sim.throw_away import free_port, throw_away

DEBTORS, QUICK_DEBTORS = 100_000, 5_000
PAYMENTS, QUICK_PAYMENTS = 300, 30
TOPICS = ("campaign_list", "hook", "paid")
AIM_MS, LOST_S, LOOK_S = 1000.0, 30.0, 0.002

_DEBTS = text(
    """
    SELECT d.id AS debt, k.debtor_id AS debtor FROM campaign_debtor cd
      JOIN contract k ON k.debtor_id = cd.debtor_id
      JOIN debt d ON d.contract_id = k.id
     WHERE cd.state = 'ready'
       AND (SELECT count(*) FROM contract o WHERE o.debtor_id = k.debtor_id) = 1
     ORDER BY d.id LIMIT :count
    """
)
_LEFT = text(
    "SELECT count(*) FROM campaign_debtor WHERE debtor_id = :debtor AND state <> 'done'"
)


_OWED = text(  # R$ 100 each, since two months
    """
    INSERT INTO instalment (id, debt_id, number, amount, due_on)
    SELECT gen_random_uuid(), d.id, 1, 10000, current_date - 60 FROM debt d
     WHERE NOT EXISTS (SELECT 1 FROM instalment i WHERE i.debt_id = d.id)
    """
)
_LISTED = text("SELECT count(*) FROM campaign_debtor")


class NeverCancelled(RuntimeError):
    """Depois de um pagamento ainda há quem ligue para o devedor."""


def measure(quick: bool) -> list[Figure]:
    """Pay so many debts of a big list, one after the other."""
    debtors = QUICK_DEBTORS if quick else DEBTORS
    count = QUICK_PAYMENTS if quick else PAYMENTS
    with throw_away(processes=(), more={}) as home, ExitStack() as servers:
        settings = WorkerSettings()
        home.prepare()
        served(settings, home, servers)
        took = asyncio.run(_measure(settings, debtors, count))
    p50, p99 = (float(np.percentile(took, share)) for share in (50, 99))
    what = f"webhook to cancelled contact, {debtors:,} debtors, {count} payments"
    return [
        Figure(what=f"{what}, p50", value=p50, unit="ms"),
        Figure(
            what=f"{what}, p99", value=p99, unit="ms",
            aim=f"< {AIM_MS:.0f} ms", met=p99 < AIM_MS,
        ),
        Figure(
            what=f"{what}, worst", value=max(took), unit="ms",
            aim=f"< {AIM_MS:.0f} ms", met=max(took) < AIM_MS,
        ),
    ]  # fmt: skip


async def _measure(settings: WorkerSettings, debtors: int, count: int) -> list[float]:
    await a_list_of(settings, debtors=debtors)
    engine = connect(settings, pool_size=4)
    try:
        with tempfile.TemporaryDirectory(prefix="acordo-bench-") as folder:
            async with (
                running_bank(
                    Path(folder), free_port(), key=KEY, receiver=RECEIVER, habits=Habits()
                ) as bank,
                _working(engine, settings, bank),
                BankConnection(bank.access) as connected,
            ):
                await _a_list(engine, debtors)
                async with engine.connect() as connection:
                    rows = list(await connection.execute(_DEBTS, {"count": count}))
                api = ApiPix(connected)
                return [await _one(engine, bank, api, row.debt, row.debtor) for row in rows]
    finally:
        await engine.dispose()


@asynccontextmanager
async def _working(
    engine: AsyncEngine, settings: WorkerSettings, bank: Bank
) -> AsyncIterator[None]:
    """The worker's listener and queue, until the block ends."""
    access, port, stopping = bank.access, free_port(), asyncio.Event()
    section = BankSettings(
        api_url=access.base_url,
        token_url=access.token_url,
        client_id=access.client_id,
        client_secret=SecretStr(access.client_secret),
        certificate=access.certificate,
        private_key=access.private_key,
        authorities=access.authorities,
        pix_key=KEY,
        receiver_name=RECEIVER.name,
        receiver_city=RECEIVER.city,
        webhook_url=f"https://localhost:{port}",
        webhook_port=port,
        webhook_authorities=access.authorities,
        reconcile_s=3600,
    )
    known = settings.model_copy(update={"bank": section})
    with ThreadPoolExecutor(2) as executor:
        known_topics = {name: registered(HANDLERS)[name] for name in TOPICS}
        handlers = known_topics | {RECEIPT: _no_receipt}  # there is no provider here
        rows = Outbox(engine=engine, settings=known, handlers=handlers, executor=executor)
        async with asyncio.TaskGroup() as tasks:
            own = Process(tasks, stopping)
            serving = tasks.create_task(serve(own, engine, known))
            working = tasks.create_task(Worker(own, rows, 2).run({}, {}, {}))
            while len(bank.api.webhooks) < 3:  # noqa: ASYNC110
                await asyncio.sleep(LOOK_S)
            yield
            stopping.set()
            await asyncio.gather(serving, working)


async def _no_receipt(_context: OutboxContext, _payload: dict[str, Any]) -> None:
    """What goes out by mail or SMS is not measured here."""


async def _a_list(engine: AsyncEngine, debtors: int) -> None:
    """Queue everybody; a long list is filled by the worker."""
    async with engine.begin() as connection:
        await connection.execute(_OWED)
        await service.create(
            connection,
            NewCampaign(name="Medida", creditor="Medida", policy={}, retries={}),
        )
    await _until(engine, _LISTED, debtors)


async def _until(engine: AsyncEngine, query: TextClause, wanted: int) -> None:
    async with engine.connect() as connection:
        own = await connection.execution_options(isolation_level="AUTOCOMMIT")
        while await own.scalar(query) != wanted:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_S * 50)


async def _one(
    engine: AsyncEngine, bank: Bank, api: ApiPix, debt: UUID, debtor: UUID
) -> float:
    """Pay one debt; return milliseconds until nobody is queued to call its debtor."""
    today = datetime.now(SAO_PAULO).date()
    async with engine.connect() as connection:
        owing = await of_debt(connection, debt, today)
    before = set(bank.books.charges)
    await pix_charge(engine, api, BankSettings(pix_key=KEY).key, owing)
    ((kind, txid),) = set(bank.books.charges) - before
    began = time.perf_counter()
    bank.pay(kind, txid)
    async with engine.connect() as connection:
        own = await connection.execution_options(isolation_level="AUTOCOMMIT")
        while await own.scalar(_LEFT, {"debtor": debtor}):
            if time.perf_counter() - began > LOST_S:
                raise NeverCancelled(str(debt))
            await asyncio.sleep(LOOK_S)
    took_ms = (time.perf_counter() - began) * 1000
    await bank.notices.settle()
    return took_ms
