"""Sends a message of the queue: asks the policy, takes its turn, tells the provider.

The handler of the outbox's topic `message`. Each step is committed by itself, for none of
them can be undone by another: the policy's answer and the contact it counts (by the gate),
the turn (`sending`), what the provider said. A message that was being told to a provider
when we stopped goes again only where that arrives once; else it is left for a person.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from cobranca.channels import evidence
from cobranca.channels.contents import values_of
from cobranca.channels.message import (
    Happened,
    Means,
    NotTaken,
    Outgoing,
    Rendered,
    Report,
    State,
    Taken,
)
from cobranca.channels.outlets import Outlets, outlets_of
from cobranca.channels.pointing import candidates
from cobranca.channels.rendering import render
from cobranca.channels.stopping import stop_address
from cobranca.channels.store import MessageRow
from cobranca.compliance.asking import UNANSWERED
from cobranca.compliance.facts import Candidate
from cobranca.compliance.gate import Gate
from cobranca.compliance.model import Verdict
from cobranca.compliance.ports import Answer, ContactGate, End
from cobranca.compliance.service import ContactPolicy, Errand
from cobranca.settings import WorkerSettings
from foundation.crypto import Keys
from foundation.db.contact_clock import contact_clock
from foundation.db.outbox import OutboxContext, Transient
from foundation.home import Home
from foundation.observability import get_logger

ORIGIN = "message"
TRIES_MAX = 8
PAUSE_S = 5.0  # doubled with each try
ASKED_AGAIN_S = 60.0  # the soonest, when the policy says not yet
NO_POINT = "no_point"
WITHOUT_STOP = frozenset({"portal_code"})  # nobody subscribed to it

log = get_logger(__name__)


async def send(context: OutboxContext, payload: dict[str, Any]) -> None:
    """Send the message that the payload names, if it still waits."""
    settings = context.settings
    if not isinstance(settings, WorkerSettings):
        raise TypeError("only the worker sends messages")
    policy = ContactPolicy.of(settings)
    sender = Sender(
        context=context,
        settings=settings,
        keys=Keys.of(Home(settings.home)),
        gate=Gate(context.engine, policy),
        outlets=outlets_of(settings),
    )
    await sender.send(UUID(payload["message"]))


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Where it goes, by what, and the contact that the policy counted for it."""

    means: Means
    candidate: Candidate
    contact: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Sends one message at a time; `context.connection` is not written on."""

    context: OutboxContext
    settings: WorkerSettings
    keys: Keys
    gate: ContactGate
    outlets: Outlets

    async def send(self, message: UUID) -> None:
        """Send it, put it off (Transient), or say why it does not go."""
        row = await self._row(message)
        if row is None:
            return
        if row.state == State.SENDING:
            await self._after_a_stop(row)
            return
        if row.state != State.QUEUED:
            return
        wait_s = (row.due_at - datetime.now(UTC)).total_seconds()
        if wait_s > 0:
            raise Transient("not_due", after_s=wait_s)
        chosen = await self._ask(row)
        if chosen is None:
            return
        outgoing = await self._compose(row, chosen.means, chosen.candidate.number)
        if not await self._take_turn(row, chosen, outgoing.rendered):
            await self.gate.close(chosen.contact, End(sent=False))
            return
        await self._hand_over(row, chosen, outgoing)

    async def _row(self, message: UUID) -> Any:
        query = select(MessageRow.__table__).where(MessageRow.id == message)
        async with self.context.engine.connect() as connection:
            return (await connection.execute(query)).first()

    async def _ask(self, row: Any) -> _Chosen | None:
        """Ask for each point, the best first, until one is allowed."""
        async with self.context.engine.begin() as connection:
            found = await candidates(
                connection, row.debtor_id, row.means, row.contact_point_id
            )
            now = (await contact_clock(connection, self.settings)).now()
        refused: list[Verdict] = []
        for means, candidate in found:
            answer = await self._seek(row, means, candidate, now)
            if answer.verdict is UNANSWERED:
                raise Transient("policy_unanswered", after_s=PAUSE_S)
            if answer.contact is not None:
                return _Chosen(means, candidate, answer.contact)
            refused.append(answer.verdict)
        await self._refused(row, refused, now)
        return None

    async def _seek(
        self, row: Any, means: Means, candidate: Candidate, now: datetime
    ) -> Answer:
        asked = replace(candidate, asked_for=row.asked_for)
        errand = Errand(
            means=means, purpose=row.purpose, creditor=row.creditor_id, debt=row.debt_id
        )
        (answer,) = await self.gate.seek([asked], errand, now, origin=ORIGIN)
        return answer

    async def _refused(self, row: Any, refused: list[Verdict], now: datetime) -> None:
        """Keep the answer; wait when waiting helps, else the message is over."""
        waits = [verdict.until for verdict in refused if verdict.until is not None]
        first = refused[0] if refused else None
        values: dict[str, Any] = {
            "asked_at": now,
            "allowed": False,
            "rule": first.rule if first else NO_POINT,
            "rule_source": first.source if first else None,
        }
        if not waits:
            values |= {"state": State.REFUSED.value, "closed_at": datetime.now(UTC)}
            await self._keep(row.id, values, State.QUEUED)
            return
        pause_s = max(ASKED_AGAIN_S, (min(waits) - now).total_seconds())
        values["due_at"] = datetime.now(UTC) + timedelta(seconds=pause_s)
        await self._keep(row.id, values, State.QUEUED)
        raise Transient("policy_not_yet", after_s=pause_s)

    async def _compose(self, row: Any, means: Means, to: str) -> Outgoing:
        base = self.settings.portal_url
        async with self.context.engine.begin() as connection:
            values = await values_of(connection, row, self.keys, self.settings.portal, base)
        stop = "" if row.template in WITHOUT_STOP else stop_address(base, self.keys, row.id)
        rendered = render(
            row.template,
            means,
            values,
            sender=self.settings.portal.name,
            unsubscribe=stop if means == "email" else "",
        )
        return Outgoing(id=row.id, to=to, rendered=rendered, unsubscribe=stop)

    async def _take_turn(self, row: Any, chosen: _Chosen, rendered: Rendered) -> bool:
        """From here on a payment does not stop it any more; False: one did before."""
        values = {
            "state": State.SENDING.value,
            "means": chosen.means,
            "contact_point_id": chosen.candidate.contact_point_id,
            "asked_at": datetime.now(UTC),
            "allowed": True,
            "rule": None,
            "rule_source": None,
            "contact_id": chosen.contact,
            "digest": _digest(rendered),
        }
        return await self._keep(row.id, values, State.QUEUED)

    async def _hand_over(self, row: Any, chosen: _Chosen, outgoing: Outgoing) -> None:
        try:
            taken = await self.outlets.channel(chosen.means).send(outgoing)
        except NotTaken as error:
            await self._not_taken(row, chosen, error)
            return
        await self._taken(row, taken)
        await self.gate.close(chosen.contact, End(sent=True))
        log.info("message_sent", template=row.template, means=chosen.means)

    async def _taken(self, row: Any, taken: Taken) -> None:
        values = {
            "provider": taken.provider,
            "provider_id": taken.provider_id,
            "parts": taken.parts,
            "secret_sealed": None,
        }
        report = Report(
            provider=taken.provider,
            provider_id=taken.provider_id,
            happened=Happened.SENT,
            at=datetime.now(UTC),
        )
        await self._tell(row.id, values, report)

    async def _not_taken(self, row: Any, chosen: _Chosen, error: NotTaken) -> None:
        log.warning("message_not_taken", code=error.code, means=chosen.means)
        await self.gate.close(chosen.contact, End(sent=error.unsure))
        if error.unsure:
            values = {"state": State.UNSURE.value, "closed_at": datetime.now(UTC)}
            await self._keep(row.id, values, State.SENDING)
            return
        tries = row.tries + 1
        if error.transient and tries < TRIES_MAX:
            values = {
                "state": State.QUEUED.value,
                "tries": tries,
                "means": row.means,
                "contact_point_id": row.contact_point_id,
            }
            await self._keep(row.id, values, State.SENDING)
            raise Transient(error.code, after_s=PAUSE_S * 2.0**row.tries)
        report = Report(
            provider=chosen.means,
            provider_id=f"{row.id}:{tries}",
            happened=Happened.FAILED,
            at=datetime.now(UTC),
            code=error.code,
        )
        await self._tell(row.id, {"tries": tries, "secret_sealed": None}, report)

    async def _after_a_stop(self, row: Any) -> None:
        """We ended while the provider was told, and do not know whether it heard."""
        channel = self.outlets.channel(row.means)
        if not channel.repeatable:
            log.warning("message_unsure", template=row.template, means=row.means)
            values = {"state": State.UNSURE.value, "closed_at": datetime.now(UTC)}
            await self._keep(row.id, values, State.SENDING)
            return
        found = await self._points(row)
        if found is None:
            return
        outgoing = await self._compose(row, row.means, found.number)
        await self._hand_over(row, _Chosen(row.means, found, row.contact_id), outgoing)

    async def _points(self, row: Any) -> Candidate | None:
        async with self.context.engine.connect() as connection:
            found = await candidates(
                connection, row.debtor_id, row.means, row.contact_point_id
            )
        return found[0][1] if found else None

    async def _keep(self, message: UUID, values: dict[str, Any], state: State) -> bool:
        """Write if it is still in that state; False when it is not."""
        query = update(MessageRow).where(
            MessageRow.id == message, MessageRow.state == state.value
        )
        async with self.context.engine.begin() as connection:
            return (await connection.execute(query.values(values))).rowcount == 1

    async def _tell(self, message: UUID, values: dict[str, Any], report: Report) -> None:
        query = (
            select(MessageRow.id, MessageRow.state, MessageRow.contact_point_id)
            .where(MessageRow.id == message)
            .with_for_update()
        )
        async with self.context.engine.begin() as connection:
            row = (await connection.execute(query)).one()
            change = update(MessageRow).where(MessageRow.id == message)
            await connection.execute(change.values(values))
            await evidence.tell(connection, row, report)


def _digest(rendered: Rendered) -> bytes:
    """Of what is read, as proof of what was sent."""
    whole = "\0".join((rendered.subject, rendered.text, rendered.html))
    return hashlib.sha256(whole.encode()).digest()
