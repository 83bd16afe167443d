"""Personas call over real SIP, speak and press; what the database must hold then."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.agreements.store import AgreementEventRow, AgreementRow, OfferRow
from cobranca.channels.store import MessageRow
from cobranca.compliance.store import SuppressionRow
from cobranca.contacts.identification import standing_of
from cobranca.contacts.robot_store import RobotTurnRow
from cobranca.contacts.store import PromiseRow
from cobranca.contacts.wishes import CallBackWishRow
from cobranca.debts.store import ContractRow, DebtRow
from foundation.home import Home
from sim.callers.acting import Self, behind, play
from sim.callers.caller import calling
from sim.callers.personas import Persona
from sim.callers.voices import Lines
from tests.integration.conversations.persons import Person
from tests.real_switch import RealSwitch

CALL_S = 240.0


@dataclass(frozen=True, slots=True)
class Cast:
    """A persona, played by somebody who is on file; where he calls, and from where."""

    persona: Persona
    person: Person
    number: str
    caller: str


def cast(personas: Sequence[Persona], people: Sequence[Person]) -> list[Cast]:
    """Give each persona a debtor, a number of ours and a telephone."""
    return [
        Cast(persona, person, f"5511400420{place:02}", f"551190010{place:04}")
        for place, (persona, person) in enumerate(zip(personas, people, strict=True))
    ]


async def all_call(
    switch: RealSwitch, roles: Sequence[Cast], lines: Lines, *, at_once: int, into_s: float
) -> None:
    """Each plays his part, so many at once."""
    room = asyncio.Semaphore(at_once)
    peer = (switch.settings.asterisk.sip_host, switch.settings.asterisk.sip_port)

    async def one(role: Cast) -> None:
        self = Self(role.person.cpf, role.person.birth)
        async with room, asyncio.timeout(CALL_S):
            background = behind(role.persona)
            async with calling(peer, role.number, role.caller, background) as caller:
                await play(caller, role.persona, self, lines, into_s=into_s)

    async with asyncio.TaskGroup() as tasks:
        for role in roles:
            tasks.create_task(one(role))


async def record_of(
    engine: AsyncEngine, home: Home, role: Cast, call: Any
) -> Mapping[str, Any]:
    """What the database and the recordings hold of a call, as `Ends` names it."""
    async with engine.connect() as connection:
        agreed = await _agreement(connection, role, call)
        suppressed = await _all(connection, SuppressionRow, origin="ura")
        debts = await _debts(connection, role.person.debtor)
        mine = [
            line
            for line in suppressed
            if line.debtor_id == role.person.debtor
            or line.debt_id in debts
            or line.number == f"+{role.caller}"
        ]
        whose = {"debtor_id": role.person.debtor}
        offers = await _all(connection, OfferRow, channel="ura", **whose)
        promises = await _all(connection, PromiseRow, attempt_id=call.id)
        asked = await _all(connection, CallBackWishRow, call_id=call.id)
        messages = await _all(connection, MessageRow, **whose)
        level = (await standing_of(connection, call.id)).level
    sound = home.recordings_clear / f"{call.channel}.raw"
    return {
        "outcome": call.outcome,
        "state": call.state,
        "person": call.hands_over,
        "level": str(level),
        "parts": agreed,
        "offers": bool(offers),
        "promise": bool(promises),
        "suppressed": tuple(sorted(line.reason for line in mine)),
        "asked": tuple("call_back" for _ in asked),
        "messages": tuple(sorted(one.template for one in messages)),
        "recorded": sound.is_file() and sound.stat().st_size > 0,
    }


def wanted_of(role: Cast, found: Mapping[str, Any]) -> dict[str, Any]:
    """The same, as the persona's end has it."""
    ends = role.persona.ends
    agreed = ends.agreed or ends.parts > 0
    return {
        **ends.model_dump(exclude={"agreed"}),
        "parts": found["parts"] if ends.agreed and found["parts"] else ends.parts,
        "offers": ends.offers or agreed,
        "messages": ends.messages or (("agreement", "portal_link") if agreed else ()),
        "recorded": True,
    }


async def turns_of(engine: AsyncEngine, call: UUID) -> str:
    """The turns in lines, to be read where a conversation went otherwise."""
    query = select(RobotTurnRow.__table__).where(RobotTurnRow.call_id == call)
    async with engine.connect() as connection:
        rows = await connection.execute(query.order_by(RobotTurnRow.number))
        return "\n".join(
            f"{r.begin_s:6.1f} {r.end_s:6.1f} {r.state:15} {r.kind:7} {r.hypothesis!r}"
            f" -> {r.outcome or '-'} ({r.phrase} {r.score} {r.why})"
            for r in rows
        )


async def _agreement(connection: AsyncConnection, role: Cast, call: Any) -> int:
    """How many payments were agreed in this call; the proof is a place in its recording."""
    agreements = await _all(connection, AgreementRow, debtor_id=role.person.debtor)
    if not agreements:
        return 0
    (agreement,) = agreements
    assert (agreement.id, agreement.state) == (call.agreement_id, "accepted")
    (event,) = await _all(connection, AgreementEventRow, agreement_id=agreement.id)
    proof = event.details["evidence"]
    assert UUID(proof["recording"]) == call.id
    assert 0 < proof["second"] < (call.ended_at - call.began_at).total_seconds()
    (offer,) = await _all(connection, OfferRow, id=agreement.offer_id)
    return len(offer.document["payments"])


async def _debts(connection: AsyncConnection, debtor: UUID) -> set[UUID]:
    query = select(DebtRow.id).join(ContractRow, ContractRow.id == DebtRow.contract_id)
    found = await connection.execute(query.where(ContractRow.debtor_id == debtor))
    return set(found.scalars())


async def _all(connection: AsyncConnection, row: Any, **wanted: Any) -> list[Any]:
    query = select(row.__table__).filter_by(**wanted)
    return list(await connection.execute(query))
