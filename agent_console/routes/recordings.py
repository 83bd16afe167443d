"""Recordings: look for them, see their shape, listen. For supervisors, each one audited."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import select

from agent_console.api.endpoint import Asked, Endpoint, Page, Role
from agent_console.desk.contracts import DisposedOut
from agent_console.services import DATABASE
from agent_console.supervision import correcting
from agent_console.supervision.correcting import CorrectionIn, RecordedOut
from agent_console.supervision.listening import opened, send
from cobranca.contacts.dispositions import catalogue
from cobranca.people.store import AgentRow, UserRow
from dialer.campaigns.store import CampaignRow
from dialer.recordings import listing
from dialer.recordings.listing import Ending, Sought
from dialer.recordings.raw import WAV_HEADER_BYTES
from dialer.recordings.waveform import Waveform, waveform
from foundation.clock import SAO_PAULO
from foundation.sealed_reading import SealedReader

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
READ, LISTEN = "recordings:read", "recordings:listen"
PAGE, MOST_NAMED = 50, 500
WEEK = timedelta(days=7)
RECORD = "/api/v1/calls/{id}/disposition"
TROUBLES = ("no_recording", "recording_missing", "recording_broken")


# as a calendar writes it: pydantic alone also takes seconds since 1970
_WRITTEN_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _written_day(text: object) -> object:
    if isinstance(text, str) and _WRITTEN_DAY.fullmatch(text) is None:
        raise ValueError("aaaa-mm-dd")
    return text


Day = Annotated[date, BeforeValidator(_written_day)]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SoughtIn(Model):
    """Days of São Paulo, both included; without them the last week."""

    from_day: Day | None = None
    to_day: Day | None = None
    campaign: UUID | None = None
    agent: UUID | None = None
    ending: Ending | None = None
    disposition: str | None = Field(None, max_length=64)
    before: UUID | None = None


class RecordingOut(Model):
    """`ending`: talked, abandoned, alone. `number` is masked."""

    id: UUID
    call: UUID
    placed_at: datetime
    seconds: float
    direction: str
    number: str
    campaign: str | None
    agent: str | None
    ending: str
    disposition: str | None


class RecordingsOut(Model):
    """`more`: give the last one's id as `before` to read on."""

    recordings: list[RecordingOut]
    more: bool


class NamedOut(Model):
    id: UUID
    name: str


class SeekableOut(Model):
    """What the filters may name."""

    campaigns: list[NamedOut]
    agents: list[NamedOut]


class WaveformOut(Model):
    """Peaks 0..100 in equal slices of the whole length."""

    debtor: list[int]
    ours: list[int]


async def find(asked: Asked[None, SoughtIn]) -> RecordingsOut:
    query = asked.query
    today = datetime.now(SAO_PAULO).date()
    first = query.from_day or (query.to_day or today) - WEEK
    last = query.to_day or max(today, first)
    sought = Sought(
        since=_midnight(first),
        until=_midnight(min(last, date.max - timedelta(days=60)) + timedelta(days=1)),
        campaign=query.campaign,
        agent=query.agent,
        ending=query.ending,
        disposition=query.disposition,
        before=query.before,
        limit=PAGE + 1,
    )
    async with asked.request.app[DATABASE].connect() as connection:
        found = await listing.recordings(connection, sought)
    shown = [
        RecordingOut(
            id=one.id, call=one.attempt, placed_at=one.placed_at, seconds=one.seconds,
            direction=one.direction, number=one.number, campaign=one.campaign,
            agent=one.agent, ending=one.ending, disposition=one.disposition,
        )
        for one in found[:PAGE]
    ]  # fmt: skip
    return RecordingsOut(recordings=shown, more=len(found) > PAGE)


def _midnight(day: date) -> datetime:
    return datetime.combine(max(day, date(1900, 1, 1)), time(), SAO_PAULO).astimezone(UTC)


async def seekable(asked: Asked[None, None]) -> SeekableOut:
    campaigns = select(CampaignRow.id, CampaignRow.name).order_by(
        CampaignRow.created_at.desc()
    )
    agents = (
        select(AgentRow.id, AgentRow.name, UserRow.name.label("user"))
        .outerjoin(UserRow, UserRow.id == AgentRow.user_id)
        .order_by(AgentRow.endpoint)
    )
    async with asked.request.app[DATABASE].connect() as connection:
        known = await connection.execute(campaigns.limit(MOST_NAMED))
        seats = await connection.execute(agents.limit(MOST_NAMED))
        return SeekableOut(
            campaigns=[NamedOut(id=row.id, name=row.name) for row in known],
            agents=[NamedOut(id=row.id, name=row.user or row.name) for row in seats],
        )


async def shape(asked: Asked[None, None]) -> WaveformOut:
    reader = await opened(asked, "recording.view")
    found = await asyncio.to_thread(_shape, reader)
    return WaveformOut(debtor=found.debtor, ours=found.ours)


def _shape(reader: SealedReader) -> Waveform:
    with reader:
        pieces = reader.read(WAV_HEADER_BYTES, reader.size)
        return waveform(pieces, reader.size - WAV_HEADER_BYTES)


async def listen(asked: Asked[None, None]) -> web.StreamResponse:
    return await send(asked.request, await opened(asked, "recording.listen"))


async def named(asked: Asked[None, None]) -> Mapping[str, Any]:
    """What the page itself needs of the dispositions."""
    known = catalogue()
    return {
        "catalogue": known,
        "dispositions": {one.code: one.label for one in known.dispositions},
    }


ENDPOINTS = (
    Endpoint(
        verb="GET",
        path="/api/v1/recordings",
        summary="Gravações, as mais novas primeiro",
        roles=MAY,
        scope=READ,
        handler=find,
        query=SoughtIn,
        answer=RecordingsOut,
    ),
    Endpoint(
        verb="GET",
        path="/api/v1/recordings/filters",
        summary="O que os filtros de gravações podem nomear",
        roles=MAY,
        scope=READ,
        handler=seekable,
        answer=SeekableOut,
    ),
    Endpoint(
        verb="GET",
        path="/api/v1/recordings/{id}/waveform",
        summary="A forma da gravação, os dois lados",
        roles=MAY,
        scope=LISTEN,
        handler=shape,
        answer=WaveformOut,
        problems=TROUBLES,
    ),
    Endpoint(
        verb="GET",
        path="/api/v1/recordings/{id}/audio",
        summary="O som em WAV: esquerda o devedor, direita o atendimento",
        roles=MAY,
        scope=LISTEN,
        handler=listen,
        media="audio/wav",
        problems=(*TROUBLES, "range"),
    ),
    Endpoint(
        verb="GET",
        path=RECORD,
        summary="O que foi tabulado em uma chamada, e antes de cada correção",
        roles=MAY,
        scope="calls:read",
        handler=correcting.read,
        answer=RecordedOut,
        problems=("not_recorded",),
    ),
    Endpoint(
        verb="PUT",
        path=RECORD,
        summary="Corrigir a tabulação de uma chamada",
        roles=MAY,
        scope="calls:correct",
        handler=correcting.put_right,
        body=CorrectionIn,
        answer=DisposedOut,
        problems=("no_such_call", "not_recorded", "corrected_meanwhile",
                  "nothing_corrected", "unknown_code", "note_missing",
                  "call_back_missing", "promise_missing", "promise_past",
                  "call_back_past", "call_back_too_far", "call_back_no_number",
                  "call_back_no_campaign", "call_back_forbidden", "call_back_never"),
    ),
)  # fmt: skip
PAGES = (Page("/recordings", "recordings.html", MAY, named, real_time=True),)
