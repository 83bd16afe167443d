"""Use cases of a creditor's recordings: list, keep, remove, put back.

The caller commits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.store import CreditorRow
from cobranca.inbound.store import InboundNumberRow
from cobranca.people import audit
from cobranca.people.principal import Principal
from cobranca.voices.preparing import Prepared
from cobranca.voices.prompts import Spoken, announcements, spoken
from cobranca.voices.refusal import said
from cobranca.voices.store import CreditorRecordingRow
from foundation.ids import uuid7

_ROW = CreditorRecordingRow


class VoiceError(ValueError):
    """What is asked of a creditor's recordings cannot be; `code` is in the catalogue."""

    code = ""

    def __str__(self) -> str:
        return said("refused", self.code)


class NoSuchCreditor(VoiceError):
    """Nobody has this id."""

    code = "no_creditor"


class NoSuchPrompt(VoiceError):
    """Nothing of this name is said."""

    code = "no_prompt"


class PromptHasValues(VoiceError):
    """What is said depends on the call."""

    code = "values"


class NoSuchRecording(VoiceError):
    """There is none, or it was replaced twice."""

    code = "no_recording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One that is kept. `changed`: the prompt's text is another now; it is not spoken."""

    id: UUID
    seconds: float
    kept_at: datetime
    kept_by: str
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A prompt, who speaks it, and what can be put back in the place of that."""

    prompt: Spoken
    now: Recording | None
    before: Recording | None

    @property
    def state(self) -> str:
        """`recorded`, `changed` (its text), `missing`, or `values`: never recorded."""
        if self.prompt.values:
            return "values"
        if self.now is None:
            return "missing"
        return "changed" if self.now.changed else "recorded"


_SEEN = tuple(c for c in _ROW.__table__.columns if c.name != "sound")


async def entries(connection: AsyncConnection, creditor: UUID) -> list[Entry]:
    """All prompts with this creditor's recordings. Raises NoSuchCreditor."""
    return await _entries(connection, creditor, spoken())


async def entry(connection: AsyncConnection, creditor: UUID, prompt: str) -> Entry:
    """One of them. Raises NoSuchCreditor, NoSuchPrompt."""
    asked = {prompt: prompt_named(prompt)}
    (found,) = await _entries(connection, creditor, asked)
    return found


async def _entries(
    connection: AsyncConnection, creditor: UUID, asked: Mapping[str, Spoken]
) -> list[Entry]:
    known = select(CreditorRow.id).where(CreditorRow.id == creditor)
    if await connection.scalar(known) is None:
        raise NoSuchCreditor
    query = select(*_SEEN).where(_ROW.creditor_id == creditor, _ROW.prompt.in_(asked))
    now: dict[str, Any] = {}
    before: dict[str, Any] = {}
    for row in await connection.execute(query):
        (now if row.replaced_at is None else before)[row.prompt] = row
    return [
        Entry(
            prompt=one,
            now=_recording(now.get(name), one),
            before=_recording(before.get(name), one),
        )
        for name, one in asked.items()
    ]


def prompt_named(prompt: str) -> Spoken:
    """The prompt of that name; raises NoSuchPrompt."""
    found = spoken().get(prompt)
    if found is None:
        raise NoSuchPrompt
    return found


def recordable(prompt: str) -> Spoken:
    """One that can be recorded. Raises NoSuchPrompt, PromptHasValues."""
    found = prompt_named(prompt)
    if found.values:
        raise PromptHasValues
    return found


async def keep(
    connection: AsyncConnection,
    creditor: UUID,
    prompt: str,
    sound: Prepared,
    who: Principal | None,
    now: datetime,
) -> None:
    """Speak this recording from now on. Raises NoSuchCreditor, NoSuchPrompt,
    PromptHasValues."""
    said_now = recordable(prompt).text
    await _alone(connection, creditor)
    await _set_aside(connection, creditor, prompt, now)
    row = {
        "id": uuid7(),
        "creditor_id": creditor,
        "prompt": prompt,
        "said": said_now,
        "sound": sound.wav,
        "seconds": sound.seconds,
        "kept_at": now,
        "kept_by": who.login if who else "comando",
    }
    await connection.execute(insert(_ROW), row)
    await _audit(connection, who, "kept", creditor, prompt)


async def remove(
    connection: AsyncConnection,
    creditor: UUID,
    prompt: str,
    who: Principal | None,
    now: datetime,
) -> None:
    """Speak it in our own voice again. Raises NoSuchCreditor, NoSuchRecording."""
    await _alone(connection, creditor)
    if not await _set_aside(connection, creditor, prompt, now):
        raise NoSuchRecording
    await _audit(connection, who, "removed", creditor, prompt)


async def put_back(
    connection: AsyncConnection,
    creditor: UUID,
    prompt: str,
    who: Principal | None,
    now: datetime,
) -> None:
    """Undo the last replacement or removal; what is spoken now can be put back then.

    Raises NoSuchCreditor, NoSuchRecording.
    """
    await _alone(connection, creditor)
    before = select(_ROW.id).where(*_set_aside_of(creditor, prompt))
    name = await connection.scalar(before)
    if name is None:
        raise NoSuchRecording
    spoken_now = update(_ROW).where(*_spoken_of(creditor, prompt))
    await connection.execute(spoken_now.values(replaced_at=now))
    again = update(_ROW).where(_ROW.id == name).values(replaced_at=None)
    await connection.execute(again)
    await _audit(connection, who, "put_back", creditor, prompt)


async def spoken_by(
    connection: AsyncConnection, creditor: UUID
) -> Mapping[str, tuple[UUID, str]]:
    """Recordings by prompt, each with the text that it says."""
    query = select(_ROW.prompt, _ROW.id, _ROW.said).where(
        _ROW.creditor_id == creditor, _ROW.replaced_at.is_(None)
    )
    return {row.prompt: (row.id, row.said) for row in await connection.execute(query)}


async def announced_at_numbers(
    connection: AsyncConnection,
) -> Mapping[str, Mapping[str, UUID]]:
    """By our numbers' digits: the announcements that their creditor recorded.

    Those of another text than today's are none.
    """
    number = InboundNumberRow
    query = (
        select(number.number, _ROW.prompt, _ROW.id, _ROW.said)
        .join(_ROW, _ROW.creditor_id == number.creditor_id)
        .where(_ROW.replaced_at.is_(None), _ROW.prompt.in_(announcements()))
    )
    found: dict[str, dict[str, UUID]] = {}
    for row in await connection.execute(query):
        if row.said == spoken()[row.prompt].text:
            found.setdefault(row.number, {})[row.prompt] = row.id
    return found


async def sound_of(connection: AsyncConnection, recording: UUID) -> bytes | None:
    """The WAV file; None when it is gone."""
    found: bytes | None = await connection.scalar(
        select(_ROW.sound).where(_ROW.id == recording)
    )
    return found


async def _alone(connection: AsyncConnection, creditor: UUID) -> None:
    """Changes of one creditor's recordings come one after the other."""
    locked = (
        select(CreditorRow.id)
        .where(CreditorRow.id == creditor)
        .with_for_update(key_share=True)
    )
    if await connection.scalar(locked) is None:
        raise NoSuchCreditor


async def _set_aside(
    connection: AsyncConnection, creditor: UUID, prompt: str, now: datetime
) -> bool:
    """What is spoken becomes what can be put back; False: nothing was spoken."""
    found = select(_ROW.id).where(*_spoken_of(creditor, prompt))
    if await connection.scalar(found) is None:
        return False
    await connection.execute(delete(_ROW).where(*_set_aside_of(creditor, prompt)))
    spoken_now = update(_ROW).where(*_spoken_of(creditor, prompt))
    await connection.execute(spoken_now.values(replaced_at=now))
    return True


def _spoken_of(creditor: UUID, prompt: str) -> tuple[ColumnElement[bool], ...]:
    """The recording that speaks a prompt, if one does."""
    return (*_of(creditor, prompt), _ROW.replaced_at.is_(None))


def _set_aside_of(creditor: UUID, prompt: str) -> tuple[ColumnElement[bool], ...]:
    """The one that can be put back."""
    return (*_of(creditor, prompt), _ROW.replaced_at.is_not(None))


def _of(creditor: UUID, prompt: str) -> tuple[ColumnElement[bool], ...]:
    return (_ROW.creditor_id == creditor, _ROW.prompt == prompt)


async def _audit(
    connection: AsyncConnection,
    who: Principal | None,
    what: str,
    creditor: UUID,
    prompt: str,
) -> None:
    await audit.record(
        connection,
        who,
        action=f"creditor_recording.{what}",
        subject=("creditor", creditor),
        detail={"prompt": prompt},
    )


def _recording(row: Any, prompt: Spoken) -> Recording | None:
    if row is None:
        return None
    return Recording(
        id=row.id,
        seconds=row.seconds,
        kept_at=row.kept_at,
        kept_by=row.kept_by,
        changed=row.said != prompt.text,
    )
