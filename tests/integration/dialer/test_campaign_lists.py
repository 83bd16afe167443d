"""Long lists: left to the worker, whole or not at all, and dropped when nobody waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.store import CreditorRow
from cobranca.outbox_runner import Outbox
from cobranca.people import users
from cobranca.people.principal import Principal
from cobranca.people.roles import Role
from cobranca.settings import WorkerSettings
from dialer.campaigns import editing, filling, service
from dialer.campaigns.editing import Campaign, Terms
from dialer.campaigns.errors import CampaignError
from dialer.campaigns.filter import DebtorFilter
from dialer.campaigns.list_job import fill_list
from dialer.campaigns.service import NewCampaign
from foundation.settings import ProcessSettings
from tests.builders.portfolio import a_portfolio

TERMS = Terms(
    name="Maio", mode="predictive", target=0.025, max_attempts=5, ring_timeout_s=30,
    threshold_s=2, wrap_up_s=30,
)  # fmt: skip
DEBTORS = 7


class Place:
    """A supervisor's hands and the worker's; no list is quick here."""

    def __init__(
        self, engine: AsyncEngine, rows: Outbox, creditor: UUID, ana: Principal
    ) -> None:
        self.engine = engine
        self.ana = ana
        self.rows = rows
        self.creditor = creditor

    async def order(self, key: str | None = None, name: str = "Maio") -> UUID:
        new = NewCampaign(
            name=name, filter=DebtorFilter(creditor=self.creditor),
            policy=TERMS.policy, retries=TERMS.retries,
        )  # fmt: skip
        async with self.engine.begin() as connection:
            return await service.order_campaign(connection, new, key, self.ana)

    async def seen(self, number: UUID) -> Campaign:
        async with self.engine.connect() as connection:
            return await editing.campaign(connection, number)

    async def put(self, number: UUID, status: str) -> None:
        async with self.engine.begin() as connection:
            await editing.put_status(connection, number, status, self.ana)

    async def edit(self, number: UUID, version: int, wanted: DebtorFilter) -> Campaign:
        async with self.engine.begin() as connection:
            return await editing.edit(connection, number, version, TERMS, wanted, self.ana)

    async def listed(self, number: UUID) -> list[int]:
        query = text(
            "SELECT position FROM campaign_debtor WHERE campaign_id = :c ORDER BY 1"
        )
        async with self.engine.connect() as connection:
            return list(await connection.scalars(query, {"c": number}))


@pytest.fixture
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


@pytest.fixture
async def place(
    engine: AsyncEngine,
    settings: ProcessSettings,
    executor: Executor,
    monkeypatch: pytest.MonkeyPatch,
) -> Place:
    monkeypatch.setattr(filling, "PIECE", 2)
    monkeypatch.setattr(filling, "AT_ONCE_MS", 0)
    own = {"home": settings.home, "database_url": settings.database_url}
    rows = Outbox(
        engine=engine,
        settings=WorkerSettings.model_validate(own),
        handlers={filling.TOPIC: fill_list},
        executor=executor,
    )
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=DEBTORS)
        creditor = (await connection.execute(select(CreditorRow.id))).scalar_one()
        ana = await users.create(
            connection, login="ana", name="Ana", role=Role.SUPERVISOR,
            password_hash=None, seat_pool=1,
        )  # fmt: skip
        account = await users.by_id(connection, ana)
    assert account is not None
    return Place(engine, rows, creditor, account.who)


async def test_a_long_list_is_left_to_the_worker(place: Place) -> None:
    number = await place.order()
    waiting = await place.seen(number)
    assert (waiting.status, waiting.size) == ("filling", 0)
    with pytest.raises(CampaignError, match="lista sendo montada"):
        await place.put(number, "running")

    assert await place.rows.run_one()
    done = await place.seen(number)
    assert (done.status, done.size, done.progress) == ("draft", DEBTORS, None)
    assert await place.listed(number) == list(range(1, DEBTORS + 1))
    await place.put(number, "running")


async def test_a_quick_list_is_there_at_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    number = await place.order()
    done = await place.seen(number)
    assert (done.status, done.size) == ("draft", DEBTORS)
    assert not await place.rows.run_one()


async def test_the_same_order_twice_at_once_is_one_campaign(place: Place) -> None:
    numbers = await asyncio.gather(*(place.order("pedido-um") for _ in range(4)))
    assert len(set(numbers)) == 1
    with pytest.raises(CampaignError, match="Já existe"):
        await place.order("pedido-dois")
    assert await place.rows.run_one()
    assert not await place.rows.run_one()


async def test_a_worker_that_is_cut_off_leaves_nothing_and_the_next_one_ends_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await place.order()
    stuck = asyncio.Event()
    add = filling._add

    async def never(*arguments: object) -> None:
        if arguments[2] == 4:
            stuck.set()
            await asyncio.Event().wait()
        await add(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(filling, "_add", never)
    working = asyncio.create_task(place.rows.run_one())
    await stuck.wait()
    working.cancel()
    await asyncio.wait({working})
    cut_off = await place.seen(number)
    assert (cut_off.status, cut_off.size) == ("filling", 0)
    assert await place.listed(number) == []

    monkeypatch.setattr(filling, "_add", add)
    assert await place.rows.run_one()
    assert len(await place.listed(number)) == DEBTORS


async def test_a_stop_ends_the_work_and_a_new_filter_begins_another(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.campaigns.list_job.EVERY_S", 0.01)
    number = await place.order()
    add, pieces = filling._add, 0

    async def slow(*arguments: object) -> None:
        nonlocal pieces
        pieces += 1
        if pieces == 1:
            while ((await place.seen(number)).progress or {}).get("total") != DEBTORS:
                await asyncio.sleep(0.01)
            await place.put(number, "stopped")
            await asyncio.sleep(0.1)
        await add(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(filling, "_add", slow)
    assert await place.rows.run_one()
    stopped = await place.seen(number)
    assert (stopped.status, stopped.size, stopped.progress) == ("stopped", 0, None)
    assert await place.listed(number) == []
    with pytest.raises(CampaignError, match="não tem lista"):
        await place.put(number, "running")

    # the same filter saved again is an order too, for there is no list
    again = await place.edit(number, stopped.version, stopped.filter)
    assert again.status == "filling"
    assert await place.rows.run_one()
    assert (await place.seen(number)).size == DEBTORS


async def test_an_order_that_another_replaced_is_dropped(place: Place) -> None:
    number = await place.order()
    await place.put(number, "stopped")
    await place.edit(
        number, 2, DebtorFilter(creditor=place.creditor, contact="never_called")
    )
    assert await place.rows.run_one()
    assert (await place.seen(number)).status == "filling"
    assert await place.rows.run_one()
    assert (await place.seen(number)).status == "draft"


async def test_nobody_found_is_said_on_the_campaign(place: Place) -> None:
    number = await place.order()
    async with place.engine.begin() as connection:
        await connection.execute(text("UPDATE debt SET status = 'settled'"))
    assert await place.rows.run_one()
    empty = await place.seen(number)
    assert (empty.status, empty.size, empty.trouble) == ("draft", 0, filling.NOBODY)


async def test_the_list_of_a_running_campaign_is_left_alone(place: Place) -> None:
    number = await place.order()
    await place.rows.run_one()
    await place.put(number, "running")
    other = DebtorFilter(creditor=place.creditor, contact="never_called")
    with pytest.raises(CampaignError, match="Pause a campanha"):
        await place.edit(number, 2, other)
    await place.put(number, "paused")
    assert (await place.edit(number, 3, other)).status == "filling"
    with pytest.raises(CampaignError, match="ainda está sendo montada"):
        await place.edit(number, 4, other)
