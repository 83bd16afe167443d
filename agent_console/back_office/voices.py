"""Handlers of a creditor's own recordings: list, send, hear, remove, put back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from aiohttp import web
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked
from agent_console.back_office import creditors
from agent_console.negotiation.contracts import Form
from agent_console.problems import Problem
from agent_console.services import DATABASE
from agent_console.supervision.listening import wanted_range
from agent_console.texts import TEXTS
from cobranca.voices import service
from cobranca.voices.preparing import LARGEST, prepared
from cobranca.voices.refusal import RecordingRefused
from cobranca.voices.service import Entry, PromptHasValues, Recording, VoiceError


class SpokenOut(Form):
    """`changed`: its text is another now, so that it is not spoken."""

    id: UUID
    seconds: float
    kept_at: datetime
    kept_by: str
    changed: bool

    @classmethod
    def of(cls, one: Recording) -> SpokenOut:
        return cls(
            id=one.id,
            seconds=one.seconds,
            kept_at=one.kept_at,
            kept_by=one.kept_by,
            changed=one.changed,
        )


class PromptOut(Form):
    """`state`: recorded, changed (text), missing, or values (never recorded).

    `title`: of an announcement that the switch plays, else empty.
    `before`: what can be put back. `notes`: what to listen for in what was just sent.
    """

    prompt: str
    title: str
    text: str
    before_identity: bool
    state: str
    now: SpokenOut | None
    before: SpokenOut | None
    notes: list[str] = Field(default_factory=list)


class PromptsOut(Form):
    prompts: list[PromptOut]


class SentQuery(Form):
    """Beside the file itself, which is the body."""

    says_the_text: bool = False


async def page(asked: Asked[None, None]) -> Mapping[str, Any]:
    creditor = UUID(asked.path["id"])
    async with asked.request.app[DATABASE].connect() as connection:
        (found,) = (await creditors.listed(connection, creditor)).creditors or (None,)
    if found is None:
        raise Problem("no_creditor", 404)
    return {"creditor": found, "words": TEXTS.section("voices")}


async def list_them(asked: Asked[None, None]) -> PromptsOut:
    creditor = UUID(asked.path["id"])
    async with asked.request.app[DATABASE].connect() as connection:
        found = await _or_problem(service.entries(connection, creditor))
    return PromptsOut(prompts=[_out(one) for one in found])


async def send(asked: Asked[None, SentQuery]) -> PromptOut:
    """Check, convert and speak it from now on."""
    prompt = asked.path["prompt"]
    if not asked.query.says_the_text:
        raise Problem("recording_unconfirmed", 422)
    try:
        text = service.recordable(prompt).text
        content = await _received(asked.request)
        sound = await asyncio.to_thread(prepared, content, text)
    except VoiceError as error:
        raise _problem(error) from None
    except RecordingRefused as error:
        raise Problem("recording_refused", 422, {"why": str(error)}) from None

    async def keep(connection: AsyncConnection, creditor: UUID) -> None:
        now = datetime.now(UTC)
        await service.keep(connection, creditor, prompt, sound, asked.who, now)

    told = await _changed(asked, keep)
    return told.model_copy(update={"notes": list(sound.notes)})


async def remove(asked: Asked[None, None]) -> PromptOut:
    async def use(connection: AsyncConnection, creditor: UUID) -> None:
        now, prompt = datetime.now(UTC), asked.path["prompt"]
        await service.remove(connection, creditor, prompt, asked.who, now)

    return await _changed(asked, use)


async def put_back(asked: Asked[None, None]) -> PromptOut:
    async def use(connection: AsyncConnection, creditor: UUID) -> None:
        now, prompt = datetime.now(UTC), asked.path["prompt"]
        await service.put_back(connection, creditor, prompt, asked.who, now)

    return await _changed(asked, use)


async def hear(asked: Asked[None, None]) -> web.StreamResponse:
    """The sound as debtors hear it."""
    creditor, prompt = UUID(asked.path["id"]), asked.path["prompt"]
    async with asked.request.app[DATABASE].connect() as connection:
        found = await _or_problem(service.entry(connection, creditor, prompt))
        raw = found.now and await service.sound_of(connection, found.now.id)
    if raw is None:
        raise Problem("no_creditor_recording", 404)
    return _sound(asked.request, raw)


def _sound(request: web.Request, raw: bytes) -> web.Response:
    """The file or the part of it that a player asks for."""
    header = request.headers.get("Range")
    part = wanted_range(header, len(raw))
    if part is None:
        headers = {"Content-Range": f"bytes */{len(raw)}"}
        raise Problem("range", 416, headers=headers)
    start, stop = part
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "no-store"}
    if header is not None:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(raw)}"
    return web.Response(
        body=raw[start:stop],
        status=200 if header is None else 206,
        content_type="audio/wav",
        headers=headers,
    )


async def _changed(
    asked: Asked[Any, Any], use: Callable[[AsyncConnection, UUID], Awaitable[None]]
) -> PromptOut:
    creditor, prompt = UUID(asked.path["id"]), asked.path["prompt"]
    async with asked.request.app[DATABASE].begin() as connection:
        try:
            await use(connection, creditor)
            return _out(await service.entry(connection, creditor, prompt))
        except VoiceError as error:
            raise _problem(error) from None


async def _or_problem(found: Awaitable[Any]) -> Any:
    try:
        return await found
    except VoiceError as error:
        raise _problem(error) from None


def _problem(error: VoiceError) -> Problem:
    status = 409 if isinstance(error, PromptHasValues) else 404
    codes = {"no_recording": "no_creditor_recording", "values": "prompt_has_values"}
    return Problem(codes.get(error.code, error.code), status)


async def _received(request: web.Request) -> bytes:
    """The body, as far as it is looked at: what is longer is refused by its length."""
    content = bytearray()
    async for piece in request.content.iter_chunked(256 * 1024):
        content += piece
        if len(content) > LARGEST:
            raise RecordingRefused("large", most=LARGEST / 1e6)
    return bytes(content)


def _out(one: Entry) -> PromptOut:
    return PromptOut(
        prompt=one.prompt.name,
        title=one.prompt.title,
        text=one.prompt.text,
        before_identity=one.prompt.before_identity,
        state=one.state,
        now=one.now and SpokenOut.of(one.now),
        before=one.before and SpokenOut.of(one.before),
    )
