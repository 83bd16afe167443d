"""Messages against the simulated providers: asked for, sent once, proven, cancelled."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.channels import evidence
from cobranca.channels.hearing import kept
from cobranca.channels.message import Happened, NewMessage, Report
from cobranca.channels.outlets import outlets_of
from cobranca.channels.queue import cancel_for_debt, put
from cobranca.channels.store import MessageEventRow, MessageRow
from cobranca.compliance.store import ContactRow, VerdictRow
from cobranca.debtors.store import ContactPointRow, DebtorRow
from cobranca.debts.store import DebtRow
from cobranca.portal.acts import opt_out
from foundation.crypto import Keys
from foundation.db.outbox import enqueue
from foundation.home import Home
from foundation.ids import uuid7
from foundation.settings import ProcessSettings
from sim.outside.habits import MessageHabits
from tests.builders.outside import a_post
from tests.builders.portfolio import a_portfolio

SECRET = "482913"
LONG_AGO = datetime(2026, 3, 1, tzinfo=UTC)


async def a_debtor(engine: AsyncEngine, *, email: str = "", script: str = "00") -> UUID:
    """Of São Paulo, with a mobile number, and an e-mail if one is given."""
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        await connection.execute(update(DebtorRow).values(uf="SP"))
        number = f"+551190{script}00007"
        await connection.execute(update(ContactPointRow).values(value=number))
        if email:
            values = {"id": uuid7(), "debtor_id": debtor, "kind": "email", "value": email,
                      "source": "teste", "score": 1.0, "status": "active"}  # fmt: skip
            await connection.execute(insert(ContactPointRow), values)
    return debtor


async def queue(engine: AsyncEngine, debtor: UUID, **more: Any) -> UUID:
    async with engine.begin() as connection:
        new = NewMessage(
            debtor=debtor, **({"template": "portal_link", "key": str(uuid7())} | more)
        )
        name = await put(connection, new)
    assert name is not None
    return name


async def message(engine: AsyncEngine, name: UUID) -> Any:
    async with engine.connect() as connection:
        query = select(MessageRow.__table__).where(MessageRow.id == name)
        return (await connection.execute(query)).one()


async def told(engine: AsyncEngine, name: UUID) -> list[str]:
    async with engine.connect() as connection:
        query = select(MessageEventRow.happened).where(MessageEventRow.message_id == name)
        return list(await connection.scalars(query.order_by(MessageEventRow.id)))


async def test_an_sms_is_asked_for_sent_and_proven(
    engine: AsyncEngine, settings: ProcessSettings, home: Home
) -> None:
    debtor = await a_debtor(engine)
    name = await queue(engine, debtor)
    async with a_post(engine, settings, home) as post:
        await post.work()
        (arrived,) = post.outside.inbox.of("+5511900000007")[-1:]
    row = await message(engine, name)
    assert (row.state, row.means, row.parts) == ("delivered", "sms", 1)
    assert "/p/" in arrived.text
    assert arrived.text.isascii()
    assert await told(engine, name) == ["sent", "delivered"]
    async with engine.connect() as connection:
        contact = select(ContactRow.outcome, ContactRow.origin, VerdictRow.allowed).join(
            VerdictRow, VerdictRow.id == ContactRow.verdict_id
        )
        found = await connection.execute(contact.where(ContactRow.id == row.contact_id))
        assert found.one() == ("made", "message", True)


async def test_an_email_is_encrypted_and_says_how_to_end_them(
    engine: AsyncEngine, settings: ProcessSettings, home: Home
) -> None:
    debtor = await a_debtor(engine, email="fulana@correio.example")
    name = await queue(engine, debtor)
    async with a_post(engine, settings, home) as post:
        await post.work()
        (arrived,) = post.outside.inbox.of("fulana@correio.example")[-1:]
    assert arrived.subject == "Um recado para você"
    assert "https://portal.example/p/" in arrived.text
    assert "https://portal.example/parar/" in arrived.html
    assert "Loja" not in arrived.text + arrived.html + arrived.subject
    assert (await message(engine, name)).state == "sent"


async def test_a_full_mailbox_is_heard_of_by_a_bounce(
    engine: AsyncEngine, settings: ProcessSettings, home: Home
) -> None:
    debtor = await a_debtor(engine, email="cheia.silva@correio.example")
    name = await queue(engine, debtor, means="email")
    async with a_post(engine, settings, home) as post:
        await post.work()
    assert (await message(engine, name)).state == "failed"
    assert await told(engine, name) == ["sent", "failed"]


async def test_an_address_that_nobody_has_is_used_no_more(
    engine: AsyncEngine, settings: ProcessSettings, home: Home
) -> None:
    debtor = await a_debtor(engine, email="inexistente@correio.example")
    name = await queue(engine, debtor, means="email")
    async with a_post(engine, settings, home) as post:
        await post.work()
    row = await message(engine, name)
    async with engine.connect() as connection:
        status = await connection.scalar(
            select(ContactPointRow.status).where(ContactPointRow.id == row.contact_point_id)
        )
        outcome = await connection.scalar(
            select(ContactRow.outcome).where(ContactRow.id == row.contact_id)
        )
    assert (row.state, status, outcome) == ("failed", "invalid", "not_sent")


async def test_a_provider_that_is_busy_is_asked_again(
    engine: AsyncEngine, settings: ProcessSettings, home: Home
) -> None:
    debtor = await a_debtor(engine)
    name = await queue(engine, debtor)
    async with a_post(engine, settings, home, habits=MessageHabits(busy_share=1.0)) as post:
        await post.work()
    row = await message(engine, name)
    assert (row.state, row.tries) == ("queued", 1)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE outbox SET available_at = created_at"))
    async with a_post(engine, settings, home) as post:
        await post.work()
    assert (await message(engine, name)).state == "delivered"


async def test_a_payment_cancels_what_waits_and_not_the_receipt(
    engine: AsyncEngine, settings: ProcessSettings, home: Home
) -> None:
    debtor = await a_debtor(engine)
    async with engine.connect() as connection:
        debt = (await connection.execute(select(DebtRow.id))).scalar_one()
    later = datetime.now(UTC) + timedelta(hours=1)
    waits = await queue(engine, debtor, debt=debt, due_at=later, template="reminder",
                        facts={"day": "12/03/2026"})  # fmt: skip
    due = await queue(engine, debtor, debt=debt)
    async with engine.begin() as connection:
        payload = {"debts": [str(debt)], "agreement": None, "amount": "33.34",
                   "means": "pix", "reference": "E1"}  # fmt: skip
        await enqueue(connection, "receipt", "pix:E1", payload)
        assert await cancel_for_debt(connection, debt) == 2
        assert await cancel_for_debt(connection, debt) == 0
    async with a_post(engine, settings, home) as post:
        await post.work()
        arrived = [one.text for one in post.outside.inbox.arrived if "recibo" in one.text]
    assert len(arrived) == 1
    assert {(await message(engine, one)).state for one in (waits, due)} == {"cancelled"}


async def test_who_opted_out_gets_none_and_the_answer_is_kept(
    engine: AsyncEngine, settings: ProcessSettings, home: Home
) -> None:
    debtor = await a_debtor(engine)
    async with engine.begin() as connection:
        await opt_out(
            connection, debtor, None, contact_now=datetime(2026, 3, 1, tzinfo=UTC)
        )
    name = await queue(engine, debtor)
    async with a_post(engine, settings, home) as post:
        before = len(post.outside.inbox.arrived)
        await post.work()
        assert len(post.outside.inbox.arrived) == before
    row = await message(engine, name)
    assert (row.state, row.allowed, row.rule) == ("refused", False, "opt_out")
    assert row.contact_id is None


async def test_a_code_goes_to_who_opted_out_and_is_not_kept_in_clear(
    engine: AsyncEngine, settings: ProcessSettings, home: Home
) -> None:
    debtor = await a_debtor(engine)
    async with engine.begin() as connection:
        await opt_out(
            connection, debtor, None, contact_now=datetime(2026, 3, 1, tzinfo=UTC)
        )
        new = NewMessage(
            debtor=debtor,
            template="portal_code",
            key="c",
            purpose="service",
            asked_for=True,
            secret=SECRET,
            facts={"minutes": "10"},
        )
        name = await put(connection, new, Keys.of(home))
    assert name is not None
    kept = (await message(engine, name)).secret_sealed
    assert SECRET.encode() not in kept
    async with a_post(engine, settings, home) as post:
        await post.work()
        assert SECRET in post.outside.inbox.arrived[-1].text
    assert (await message(engine, name)).secret_sealed is None


async def test_the_same_fact_is_one_message(engine: AsyncEngine) -> None:
    debtor = await a_debtor(engine)
    async with engine.begin() as connection:
        new = NewMessage(debtor=debtor, template="portal_link", key="once")
        assert await put(connection, new) is not None
        assert await put(connection, new) is None


async def test_after_a_stop_in_the_middle_only_a_repeatable_way_goes_on(
    engine: AsyncEngine, settings: ProcessSettings, home: Home
) -> None:
    debtor = await a_debtor(engine, email="fulana@correio.example")
    points = select(ContactPointRow.id, ContactPointRow.kind)
    async with engine.connect() as connection:
        ids = {row.kind: row.id for row in await connection.execute(points)}
    names = {}
    for means, kind in (("sms", "phone"), ("email", "email")):
        names[means] = await queue(engine, debtor, means=means)
        values = {"state": "sending", "contact_point_id": ids[kind]}
        async with engine.begin() as connection:
            change = update(MessageRow).where(MessageRow.id == names[means])
            await connection.execute(change.values(values))
    async with a_post(engine, settings, home) as post:
        await post.work()
    assert (await message(engine, names["email"])).state == "unsure"
    assert (await message(engine, names["sms"])).state == "delivered"


async def test_smpp_sends_long_texts_and_brings_receipts_back(
    engine: AsyncEngine, settings: ProcessSettings, home: Home
) -> None:
    debtor = await a_debtor(engine)
    short = await queue(engine, debtor, key="short")
    facts = {"amount": "R$ 33,34", "day": "10/03/2026", "means": "Pix", "number": "A" * 90}
    long = await queue(engine, debtor, template="receipt", purpose="service", facts=facts)
    async with a_post(engine, settings, home, way="smpp") as post:
        channel = outlets_of(post.settings).smpp
        assert channel is not None

        async def hear(report: Report) -> None:
            await kept(engine, report)

        session = asyncio.create_task(channel.run(hear))
        async with asyncio.timeout(20):
            while not channel.bound:
                await asyncio.sleep(0.02)
            await post.work()
            while await told(engine, long) != ["sent", "delivered"]:
                await asyncio.sleep(0.05)
        arrived = post.outside.inbox.of("+5511900000007")[-2:]
        session.cancel()
        await asyncio.gather(session, return_exceptions=True)
    assert any("A" * 90 in one.text and "/p/" in one.text for one in arrived)
    assert (await message(engine, long)).parts == 2
    assert (await message(engine, short)).provider == "sms.smpp"


async def test_evidence_is_only_added_to(engine: AsyncEngine) -> None:
    debtor = await a_debtor(engine)
    name = await queue(engine, debtor)
    values = {"provider": "p", "provider_id": "1", "state": "sent"}
    async with engine.begin() as connection:
        await connection.execute(update(MessageRow).values(values))
    report = Report(provider="p", provider_id="1", happened=Happened.DELIVERED,
                    at=datetime.now(UTC))  # fmt: skip
    async with engine.begin() as connection:
        assert await evidence.record(connection, report) is True
        assert await evidence.record(connection, report) is False
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count(MessageEventRow.id))) == 1
    with pytest.raises(DBAPIError, match="never changed"):
        async with engine.begin() as connection:
            await connection.execute(update(MessageEventRow).values(code="x"))
    assert (await message(engine, name)).state == "delivered"
