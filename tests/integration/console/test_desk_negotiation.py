"""The negotiation at the desk: the engine's offers, for who was identified, in his call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import insert, select, update

from agent_console.settings import ConsoleSettings
from cobranca.agreements.publishing import publish
from cobranca.agreements.store import AgreementEventRow, OfferRow
from cobranca.channels.message import NewMessage
from cobranca.channels.queue import put
from cobranca.channels.store import MessageEventRow, MessageRow
from cobranca.contacts import payment_errands, robot_calls
from cobranca.contacts.robot_calls import Arrived, Over
from cobranca.debts.registering import read_terms, register_terms
from cobranca.debts.store import ContractRow, DebtRow
from foundation.db.leadership import take
from foundation.home import Home
from foundation.settings import ProcessSettings
from sim.outside.bank.payer import pay
from sim.outside.bank.server import Bank
from tests.builders.agreements import POLICY, TERMS
from tests.integration.console.own_desk import SEAT, Desk
from tests.integration.payments.at_the_bank import a_bank, with_bank


@pytest_asyncio.fixture
async def bank(tmp_path: Path) -> AsyncIterator[Bank]:
    async with a_bank(tmp_path) as bank:
        yield bank


@pytest.fixture
def console_settings(
    db_url: str, valkey_url: str, home: Home, bank: Bank
) -> ConsoleSettings:
    """A console that knows a bank."""
    given = ProcessSettings.model_validate(
        {"home": home.root, "database_url": db_url, "redis_url": valkey_url}
    )
    known = with_bank(given, bank).bank
    values = given.model_dump() | {"bank": known, "console": {"requests_per_s": 10_000}}
    return ConsoleSettings.model_validate(values)


@pytest_asyncio.fixture
async def own(desk: Desk) -> AsyncIterator[UUID]:
    """The debt of the debtor in call, whose creditor has terms and a policy."""
    now = datetime.now(UTC)
    async with desk.engine.begin() as connection:
        await register_terms(connection, read_terms(TERMS), now)
        await publish(connection, POLICY, by="sonia", at=now)
    await desk.show("talking")
    yield await _debt(desk, 0)


async def _debt(desk: Desk, place: int) -> UUID:
    query = (
        select(DebtRow.id)
        .join(ContractRow, ContractRow.id == DebtRow.contract_id)
        .where(ContractRow.debtor_id == desk.debtors[place])
    )
    async with desk.engine.connect() as connection:
        found: UUID = (await connection.execute(query)).scalar_one()
        return found


async def identified(desk: Desk) -> None:
    await desk.hear(step="claimed")
    await desk.hear(step="answered", fact="document_start", answer="529")
    await desk.hear(step="answered", fact="birth_date", answer="12/03/1980")


async def sent(desk: Desk, what: str, body: object) -> tuple[int, Any]:
    path = f"/api/v1/desk/calls/{desk.call}/{what}"
    answer = await desk.browser.send("POST", path, body, key=uuid4().hex)
    return answer.status, await answer.json()


async def negotiation(desk: Desk) -> tuple[int, Any]:
    answer = await desk.browser.get(f"/api/v1/desk/calls/{desk.call}/negotiation")
    return answer.status, await answer.json()


async def test_nothing_is_negotiated_before_identification(desk: Desk, own: UUID) -> None:
    wish = {"debts": [str(own)]}
    for status, told in (await negotiation(desk), await sent(desk, "offers", wish)):
        assert (status, told["code"]) == (409, "identify_first")


async def test_an_offer_accepted_in_the_call_is_proved_by_its_recording(
    desk: Desk, own: UUID
) -> None:
    await identified(desk)
    _, told = await negotiation(desk)
    (debt,) = told["debts"]
    assert (debt["id"], debt["agreement"]) == (str(own), None)
    assert Decimal(debt["owed"]) > Decimal("100.00")
    assert any("cláusula 7" in line for line in debt["lines"])
    wish = {"debts": [str(own)], "wishes": {"instalments": 3}}
    status, offered = await sent(desk, "offers", wish)
    (offer,) = offered["offers"]
    assert (status, len(offer["payments"])) == (201, 3)
    status, agreed = await sent(desk, "agreements", {"offer": offer["id"]})
    assert (status, agreed["state"]) == (201, "accepted")
    async with desk.engine.connect() as connection:
        proof = await connection.scalar(select(AgreementEventRow.details))
        made = (await connection.execute(select(OfferRow.by, OfferRow.channel))).first()
    assert proof is not None
    assert proof["evidence"]["recording"] == str(desk.call)
    assert proof["evidence"]["second"] >= 0
    assert made == ("ana", "desk")
    _, told = await negotiation(desk)
    assert told["debts"][0]["agreement"]["id"] == agreed["id"]
    status, again = await sent(desk, "offers", wish)
    assert (status, again["code"]) == (409, "nothing_to_negotiate")


async def test_the_debts_of_another_are_not_offered_to_who_is_in_call(
    desk: Desk, own: UUID
) -> None:
    await identified(desk)
    other = await _debt(desk, 1)
    status, told = await sent(desk, "offers", {"debts": [str(other)]})
    assert (status, told["code"]) == (403, "not_this_debtor")
    status, told = await sent(desk, "offers", {"debts": [str(own), str(other)]})
    assert (status, told["code"]) == (409, "nothing_to_negotiate")


async def test_a_pix_code_is_the_banks_and_of_todays_amount(
    desk: Desk, own: UUID, bank: Bank
) -> None:
    await identified(desk)
    _, offered = await sent(desk, "offers", {"debts": [str(own)]})
    _, agreed = await sent(desk, "agreements", {"offer": offered["offers"][0]["id"]})
    part = agreed["instalments"][0]
    status, made = await sent(desk, "pix", {"instalment": part["id"]})
    assert (status, made["amount"], made["number"]) == (200, part["amount"], 1)
    assert made["qr"].startswith("<svg")
    assert pay(bank, made["code"]).startswith("Pix de R$")
    status, told = await sent(desk, "pix", {"instalment": str(uuid4())})
    assert (status, told["code"]) == (404, "no_instalment")


@pytest_asyncio.fixture
async def led(desk: Desk, own: UUID) -> UUID:
    """The debt of the debtor in call, and a dialer that leads."""
    async with desk.engine.begin() as connection:
        await take(connection, "floor", "test", lease_s=600)
    return own


async def _progress(desk: Desk) -> Any:
    answer = await desk.browser.get(f"/api/v1/desk/calls/{desk.call}/robot")
    assert answer.status == 200
    return (await answer.json())["errand"]


async def test_who_is_sent_to_the_robot_is_seen_to_be_sent_the_code_and_to_pay(
    desk: Desk, led: UUID
) -> None:
    await identified(desk)
    assert await _progress(desk) is None
    status, told = await sent(desk, "robot", {"debt": str(led), "leave": True})
    assert (status, told["errand"]["began_at"], told["errand"]["messages"]) == (
        201,
        None,
        [],
    )
    asked = [do for do, seat in await desk.commands() if seat == SEAT]
    assert asked == ["to_robot", "leave_to_robot"]
    now = datetime.now(UTC)
    async with desk.engine.begin() as connection:
        errand = await payment_errands.waiting(connection, desk.call)
        assert errand is not None
        assert (errand.debtor, errand.to_pay) == (desk.debtors[0], led)
        arrived = Arrived(
            call=errand.id, channel="1.1", flow="payment", caller="", called="", at=now
        )
        await robot_calls.begin(connection, arrived)
        assert await payment_errands.waiting(connection, desk.call) is None
        link = NewMessage(
            debtor=desk.debtors[0], template="portal_link", key=f"portal_link:{errand.id}",
            purpose="service", asked_for=True,
        )  # fmt: skip
        message = await put(connection, link)
        await connection.execute(update(MessageRow).values(state="delivered", means="sms"))
        event = {
            "id": uuid4(), "message_id": message, "happened": "delivered", "provider": "p",
            "provider_id": "1", "code": "", "at": now, "heard_at": now,
        }  # fmt: skip
        await connection.execute(insert(MessageEventRow), event)
    shown = await _progress(desk)
    assert shown["began_at"] is not None
    (written,) = shown["messages"]
    assert (written["template"], written["means"]) == ("portal_link", "sms")
    assert written["delivered_at"] is not None
    assert "secret" not in str(shown)


async def test_only_what_this_debtor_owes_is_paid_with_the_robot(
    desk: Desk, led: UUID
) -> None:
    status, told = await sent(desk, "robot", {"debt": str(led)})
    assert (status, told["code"]) == (409, "identify_first")
    await identified(desk)
    other = await _debt(desk, 1)
    for body, refused in (
        ({"debt": str(other)}, (404, "no_debt")),
        ({"agreement": str(uuid4())}, (404, "no_agreement")),
        ({}, (422, "invalid")),
    ):
        status, told = await sent(desk, "robot", body)
        assert (status, told["code"]) == refused
    await desk.show("wrap_up")
    status, told = await sent(desk, "robot", {"debt": str(led)})
    assert (status, told["code"]) == (409, "not_talking")


async def test_who_takes_the_debtor_back_did_not_see_him_hang_up(
    desk: Desk, led: UUID
) -> None:
    await identified(desk)
    await sent(desk, "robot", {"debt": str(led)})
    now = datetime.now(UTC)
    async with desk.engine.begin() as connection:
        errand = await payment_errands.waiting(connection, desk.call)
        assert errand is not None
        arrived = Arrived(
            call=errand.id, channel="1.1", flow="payment", caller="", called="", at=now
        )
        await robot_calls.begin(connection, arrived)
    wish = {"do": "resume", "call": str(desk.call)}
    assert (await desk.post("/commands", wish))[0] == 204
    cut = Over(
        outcome="hung_up", hands_over=False, state="pay_by", at=datetime.now(UTC), turns=[]
    )
    async with desk.engine.begin() as connection:
        await robot_calls.end(connection, errand.id, cut)
    assert (await _progress(desk))["outcome"] == "taken"
