"""Six people call at once and press keys; each conversation ends in the right rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.agreements.store import AgreementEventRow, AgreementRow, OfferRow
from cobranca.channels.store import MessageRow
from cobranca.compliance.store import SuppressionRow
from cobranca.contacts.store import IdentityStepRow, PromiseRow
from foundation.clock import SAO_PAULO
from foundation.settings import ProcessSettings
from tests.builders.processes import Processes
from tests.integration.conversations.calls import a_ura, dial, over, turns
from tests.integration.conversations.persons import BYE, Person, persons
from tests.real_switch import RealSwitch

CASH, PARTS, PROMISE, WRONG, FAILED, STOP = (f"55114004100{n}" for n in range(6))


@dataclass(frozen=True)
class World:
    """What was found in the end."""

    connection: AsyncConnection
    calls: dict[str, Any]

    async def all_of(self, row: Any, **wanted: Any) -> list[Any]:
        query = select(row.__table__).filter_by(**wanted)
        return list(await self.connection.execute(query))


def _keys(people: list[Person]) -> dict[str, str]:
    soon = datetime.now(SAO_PAULO).date() + timedelta(days=3)
    return {
        CASH: f"{people[0].identifies}211{BYE}",
        PARTS: f"{people[1].identifies}223#101{BYE}",
        PROMISE: f"{people[2].identifies}3{soon:%d%m}1",
        WRONG: "21",
        FAILED: people[3].fails,
        STOP: f"{people[4].identifies}81",
    }


async def test_conversations_by_keys_end_in_the_right_rows(
    engine: AsyncEngine,
    settings: ProcessSettings,
    processes: Processes,
    real_switch: RealSwitch,
) -> None:
    people = await persons(engine, settings, 5)
    keys = _keys(people)
    await a_ura(processes, real_switch, *keys)
    for number, pressed in keys.items():
        dial(real_switch, number, pressed)
    calls = await over(engine, list(keys))
    told = {number: (c.outcome, c.state, c.hands_over) for number, c in calls.items()}
    assert told == {
        CASH: ("done", "bye", False),
        PARTS: ("done", "bye", False),
        PROMISE: ("done", "bye", False),
        WRONG: ("done", "bye", False),
        FAILED: ("person", "to_person", True),
        STOP: ("done", "bye", False),
    }
    async with engine.connect() as connection:
        world = World(connection, calls)
        await _agreed(world, people[0], CASH, 1)
        await _agreed(world, people[1], PARTS, 3)
        await _promised(world, people[2])
        await _not_identified(world, people[3])
        await _stopped(world, people[4])
    secret = [t.hypothesis for t in await turns(engine, calls[CASH].id)]
    assert people[0].cpf not in secret
    assert "***" in secret


async def _agreed(world: World, person: Person, number: str, parts: int) -> None:
    """The offer is the robot's, the proof a place in this call's recording."""
    call = world.calls[number]
    assert call.debtor_id == person.debtor
    (agreement,) = await world.all_of(AgreementRow, debtor_id=person.debtor)
    assert (agreement.id, agreement.state) == (call.agreement_id, "accepted")
    (offer,) = await world.all_of(OfferRow, id=agreement.offer_id)
    assert (offer.channel, offer.authority, offer.by) == ("ura", "robot", "ura")
    assert len(offer.document["payments"]) == parts
    (event,) = await world.all_of(AgreementEventRow, agreement_id=agreement.id)
    proof = event.details["evidence"]
    assert UUID(proof["recording"]) == call.id
    assert 0 < proof["second"] < (call.ended_at - call.began_at).total_seconds()
    sent = await world.all_of(MessageRow, debtor_id=person.debtor)
    assert {one.template for one in sent} == {"agreement", "portal_link"}  # no bank here
    steps = await world.all_of(IdentityStepRow, attempt_id=call.id)
    assert [(s.kind, s.right, s.agent_id) for s in sorted(steps, key=lambda s: s.id)] == [
        ("claimed", None, None), ("answered", True, None), ("answered", True, None),
    ]  # fmt: skip


async def _promised(world: World, person: Person) -> None:
    (promise,) = await world.all_of(PromiseRow, debtor_id=person.debtor)
    assert promise.agent_id is None
    assert promise.attempt_id == world.calls[PROMISE].id
    assert promise.amount > 0


async def _not_identified(world: World, person: Person) -> None:
    """Two wrong answers; he was told nothing, and a person goes on."""
    call = world.calls[FAILED]
    assert call.debtor_id is None
    steps = await world.all_of(IdentityStepRow, attempt_id=call.id)
    assert [s.right for s in sorted(steps, key=lambda s: s.id)] == [
        None,
        True,
        False,
        False,
    ]
    assert not await world.all_of(OfferRow, debtor_id=person.debtor)


async def _stopped(world: World, person: Person) -> None:
    (line,) = await world.all_of(SuppressionRow, debtor_id=person.debtor)
    assert (line.reason, line.origin, line.means) == ("opt_out", "ura", None)
    (wrong,) = await world.all_of(SuppressionRow, reason="number_opt_out")
    assert (wrong.origin, wrong.proof) == ("ura", f"chamada {world.calls[WRONG].id}")
