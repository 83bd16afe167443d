"""The page of a payment link: one question, then every means, the amount of the moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.settings import ConsoleSettings
from cobranca.agreements.receiving import record_payment
from cobranca.agreements.store import AgreementRow
from cobranca.debts.facts import Means
from cobranca.payments import links
from cobranca.payments.means_settings import Transfer
from cobranca.payments.owing import next_of_agreement
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from foundation.brasil.money import format_amount
from foundation.clock import SAO_PAULO
from foundation.crypto import Keys
from tests.builders.visits import Visitor
from tests.people import a_user, log_in

TODAY = datetime.now(SAO_PAULO).date()
RIGHT, WRONG = "12/03/1980", "01/01/1970"
HOUR = timedelta(hours=1)


@pytest.fixture
def console_settings(console_settings: ConsoleSettings) -> ConsoleSettings:
    account = Transfer(
        bank="341", branch="57", account="12345-6", holder="Credora Exemplo",
        document="11222333000181",
    )  # fmt: skip
    return console_settings.model_copy(update={"transfer": account})


@pytest_asyncio.fixture
async def agreement(engine: AsyncEngine, instalment: str) -> UUID:
    async with engine.connect() as connection:
        name: UUID = (await connection.scalars(select(AgreementRow.id))).one()
        return name


@pytest_asyncio.fixture
async def address(engine: AsyncEngine, keys: Keys, agreement: UUID) -> str:
    return await _made(engine, keys, agreement)


@pytest.fixture
def stranger(inside: Visitor, address: str) -> Visitor:
    """A browser that knows the address, and was never in the portal."""
    inside.client.session.cookie_jar.clear()
    return Visitor(inside.client)


async def _made(
    engine: AsyncEngine, keys: Keys, agreement: UUID, ago: timedelta = timedelta()
) -> str:
    async with engine.begin() as connection:
        now = datetime.now(UTC) - ago
        return await links.make(connection, keys, agreement, now=now, lives=HOUR)


async def _owed(engine: AsyncEngine, agreement: UUID) -> Decimal:
    async with engine.connect() as connection:
        owing = await next_of_agreement(connection, agreement, TODAY)
    assert owing is not None
    return owing.amount


async def test_a_link_shows_nothing_until_the_question_is_answered(
    stranger: Visitor, address: str, engine: AsyncEngine, agreement: UUID
) -> None:
    page = await stranger.get(address)
    owed = format_amount(await _owed(engine, agreement))
    assert stranger.status == 200
    assert "data de nascimento" in page
    assert owed not in page
    assert "Loja" not in page
    await stranger.get("/pagar")
    assert stranger.status == 410
    await stranger.get(address)
    page = await stranger.post(address, answer=RIGHT)
    assert (stranger.status, stranger.at) == (200, "/pagar")
    assert owed in page
    assert "Credor: Loja" in page  # CDC, art. 42-A
    assert "Pagar por transferência" in page
    page = await stranger.post("/pagar/transferencia")
    assert "Credora Exemplo" in page
    await stranger.get(address)  # it opens as often as wanted
    assert stranger.status == 200


async def test_who_came_by_it_sees_nothing_else_of_the_portal(
    stranger: Visitor, address: str, debt: UUID
) -> None:
    await stranger.get(address)
    await stranger.post(address, answer=RIGHT)
    for path in ("/portal/dividas", f"/portal/dividas/{debt}", "/portal/dados"):
        await stranger.get(path)
        assert stranger.at == "/portal"


async def test_the_amount_is_worked_out_when_the_page_is_opened(
    stranger: Visitor, address: str, engine: AsyncEngine, agreement: UUID
) -> None:
    await stranger.get(address)
    before = await _owed(engine, agreement)
    assert format_amount(before) in await stranger.post(address, answer=RIGHT)
    part = Decimal("10.00")
    async with engine.begin() as connection:
        owing = await next_of_agreement(connection, agreement, TODAY)
        assert owing is not None
        await record_payment(
            connection, amount=part, paid_on=TODAY, means=Means.PIX, reference="E0",
            instalment_id=owing.instalment,
        )  # fmt: skip
    page = await stranger.get("/pagar")
    assert format_amount(before - part) in page
    assert format_amount(before) not in page


async def test_each_payment_moves_it_on_to_the_next_until_nothing_is_owed(
    stranger: Visitor, address: str, engine: AsyncEngine, agreement: UUID
) -> None:
    await stranger.get(address)
    page = await stranger.post(address, answer=RIGHT)
    for number in (1, 2, 3):
        assert f"Pagar a parcela {number}" in page
        async with engine.begin() as connection:
            owing = await next_of_agreement(connection, agreement, TODAY)
            assert owing is not None
            await record_payment(
                connection, amount=owing.amount, paid_on=TODAY, means=Means.PIX,
                reference=f"E{number}", instalment_id=owing.instalment,
            )  # fmt: skip
        page = await stranger.get("/pagar")
    assert "Não há nada a pagar" in page


async def test_five_wrong_answers_in_a_row_end_it(
    stranger: Visitor, address: str, engine: AsyncEngine, keys: Keys, agreement: UUID
) -> None:
    await stranger.get(address)
    for left in (4, 3, 2):
        page = await stranger.post(address, answer=WRONG)
        assert f"mais {left} vezes" in page
    await stranger.post(address, answer="não sei")
    assert stranger.status == 422  # what cannot be read is no try
    await stranger.post(address, answer=RIGHT)
    await stranger.get(address)
    for _ in range(5):
        page = await stranger.post(address, answer=WRONG)
    assert "bloqueado" in page
    await stranger.get(address)
    assert stranger.status == 410
    await stranger.get(await _made(engine, keys, agreement))
    assert stranger.status == 200


async def test_wrong_expired_and_revoked_links_all_get_the_same_page(
    stranger: Visitor, address: str, engine: AsyncEngine, keys: Keys, agreement: UUID
) -> None:
    other = "A" if address[-2] != "A" else "B"
    seen = set()
    old = await _made(engine, keys, agreement, ago=3 * HOUR)
    for path in (address[:-2] + other + address[-1], "/pagar/" + "A" * 51, old):
        seen.add((await stranger.get(path), stranger.status))
        seen.add((await stranger.post(path, answer=RIGHT), stranger.status))
    async with engine.begin() as connection:
        assert await links.revoke(connection, agreement)
        assert not await links.revoke(connection, uuid4())
    seen.add((await stranger.get(address), stranger.status))
    ((_, status),) = seen
    assert status == 410


async def test_a_form_of_another_page_is_refused(stranger: Visitor, address: str) -> None:
    await stranger.get(address)
    stranger.csrf = "forged"
    await stranger.post(address, answer=RIGHT)
    assert stranger.status == 403
    await stranger.post(address, answer=RIGHT)
    assert stranger.at == "/pagar"
    stranger.csrf = "forged"
    await stranger.post("/pagar/transferencia")
    assert stranger.status == 403


async def test_a_supervisor_makes_a_link_and_revokes_it(
    stranger: Visitor, engine: AsyncEngine, passwords: Passwords, agreement: UUID
) -> None:
    await a_user(engine, passwords, "sonia", Role.SUPERVISOR)
    supervisor = await log_in(stranger.client, "sonia")
    path = f"/api/v1/agreements/{agreement}/payment-link"
    answer = await supervisor.send("POST", path, key="link-0001")
    assert answer.status == 201, await answer.text()
    made = (await answer.json())["url"]
    await stranger.get(made[made.index("/pagar/") :])
    assert stranger.status == 200
    gone = await supervisor.send("DELETE", path)
    assert gone.status == 204
    await stranger.get(made[made.index("/pagar/") :])
    assert stranger.status == 410
    other = f"/api/v1/agreements/{uuid4()}/payment-link"
    unknown = await supervisor.send("POST", other, key="link-0002")
    assert unknown.status == 404
