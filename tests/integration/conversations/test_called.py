"""We called, nobody of ours is free: the robot speaks, on a real line, to who answers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.store import SuppressionRow
from cobranca.contacts.robot_store import RobotCallRow
from cobranca.contacts.wishes import CallBackWishRow
from cobranca.debtors.store import ContactPointRow, CreditorRow
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.calls.store import AttemptRow
from dialer.campaigns.store import CampaignRow
from dialer.ports import Origination
from foundation.ids import uuid7
from foundation.settings import ProcessSettings
from tests.builders.processes import Processes
from tests.integration.conversations.calls import a_ura, turns
from tests.integration.conversations.persons import Person, persons
from tests.real_switch import RealSwitch

ALIVE, IT_IS_ME, NOT_ME, NO, PERSON = "1", "1", "2", "2", "0"
PATIENCE_S = 60.0


async def a_campaign(engine: AsyncEngine) -> UUID:
    campaign = uuid7()
    async with engine.begin() as connection:
        creditor = await connection.scalar(select(CreditorRow.id))
        values = {
            "id": campaign, "name": "avisos", "creditor_id": creditor,
            "status": "running", "policy": {"mode": "agentless", "robot": True},
            "caller_id": "", "ring_timeout_s": 30, "threshold_s": 2, "wrap_up_s": 30,
            "retries": {}, "filter": {}, "size": 0, "created_at": datetime.now(UTC),
        }  # fmt: skip
        await connection.execute(insert(CampaignRow), values)
    return campaign


async def an_attempt(engine: AsyncEngine, campaign: UUID, person: Person) -> UUID:
    attempt, now = uuid7(), datetime.now(UTC)
    async with engine.begin() as connection:
        point = select(ContactPointRow.id, ContactPointRow.value).where(
            ContactPointRow.debtor_id == person.debtor, ContactPointRow.kind == "phone"
        )
        row = (await connection.execute(point)).first()
        assert row is not None
        values = {
            "id": attempt, "direction": "outbound", "campaign_id": campaign,
            "debtor_id": person.debtor, "contact_point_id": row.id, "number": row.value,
            "route": "trunk", "epoch": 1, "placed_at": now, "contact_day": now.date(),
            "abandoned": False,
        }  # fmt: skip
        await connection.execute(insert(AttemptRow), values)
    return attempt


async def _called(
    engine: AsyncEngine,
    telephony: AmiTelephony,
    switch: RealSwitch,
    attempt: UUID,
    types: str,
) -> Any:
    """Call him, who types; the conversation once it is over."""
    switch.far.cli(f"dialplan set global TYPES {types}")
    call = Origination(
        channel=str(attempt),
        dial=switch.dial("08"),
        context="debtor",
        timeout_s=30.0,
        variables={
            "ACORDO_ATTEMPT": str(attempt), "ACORDO_THRESHOLD_S": "0",
            "ACORDO_RECORD": "0", "ACORDO_ROBOT": "1",
        },
    )  # fmt: skip
    await telephony.originate(call)
    query = select(RobotCallRow.__table__).where(RobotCallRow.id == attempt)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with engine.connect() as connection:
                row = (await connection.execute(query)).first()
            if row is not None and row.ended_at is not None:
                return row
            await asyncio.sleep(0.2)


async def test_whom_we_called_proves_who_he_is_and_a_stranger_learns_nothing(
    engine: AsyncEngine,
    settings: ProcessSettings,
    processes: Processes,
    real_switch: RealSwitch,
    telephony: AmiTelephony,
) -> None:
    first, second, third = await persons(engine, settings, 3)
    await a_ura(processes, real_switch, "551140041099")
    campaign = await a_campaign(engine)
    proves = f"{first.cpf[:3]}{first.birth:%d%m%Y}"

    attempt = await an_attempt(engine, campaign, first)
    keys = f"{ALIVE}{IT_IS_ME}{proves}{NO}{NO}"
    known = await _called(engine, telephony, real_switch, attempt, keys)
    assert (known.flow, known.outcome, known.debtor_id) == ("active", "done", first.debtor)
    asked = [turn.state for turn in await turns(engine, attempt)]
    assert asked == [
        "alive", "hello", "document_start", "birth", "want_offers", "anything_else",
    ]  # fmt: skip

    attempt = await an_attempt(engine, campaign, second)
    other = await _called(engine, telephony, real_switch, attempt, f"{ALIVE}{NOT_ME}")
    assert (other.outcome, other.debtor_id) == ("done", None)
    async with engine.connect() as connection:
        query = select(SuppressionRow.debtor_id, SuppressionRow.reason)
        lines = [tuple(row) for row in await connection.execute(query)]
    assert (second.debtor, "wrong_party") in lines

    attempt = await an_attempt(engine, campaign, third)
    asks = await _called(engine, telephony, real_switch, attempt, f"{ALIVE}{PERSON}")
    assert (asks.outcome, asks.hands_over) == ("done", False)  # no agent may have it
    async with engine.connect() as connection:
        wish = select(CallBackWishRow.debtor_id).where(CallBackWishRow.call_id == attempt)
        assert await connection.scalar(wish) == third.debtor
