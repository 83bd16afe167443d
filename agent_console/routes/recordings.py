"""Recordings: look for them, see their shape, listen. For supervisors, each one audited."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from agent_console.api.endpoint import Asked, Endpoint, Page, Role
from agent_console.desk.contracts import DisposedOut
from agent_console.supervision import correcting
from agent_console.supervision.correcting import CorrectionIn, RecordedOut
from agent_console.supervision.finding import (
    RecordingsOut,
    SearchIn,
    SeekableOut,
    SoughtIn,
    find,
    search,
    seekable,
)
from agent_console.supervision.listening import opened, send
from cobranca.contacts.dispositions import catalogue
from dialer.recordings.raw import WAV_HEADER_BYTES
from dialer.recordings.waveform import Waveform, waveform
from foundation.sealed_reading import SealedReader

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
READ, LISTEN = "recordings:read", "recordings:listen"
RECORD = "/api/v1/calls/{id}/disposition"
TROUBLES = ("no_recording", "recording_missing", "recording_broken")


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WaveformOut(Model):
    """Peaks 0..100 in equal slices of the whole length."""

    debtor: list[int]
    ours: list[int]


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
        verb="POST",
        path="/api/v1/recordings/search",
        summary="Gravações de um devedor, pelo documento ou pelo começo do nome",
        roles=MAY,
        scope=READ,
        handler=search, reads=True,
        body=SearchIn,
        answer=RecordingsOut,
        problems=("bad_document",),
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
