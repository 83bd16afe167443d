"""Finds recordings for who may listen: by filters, and by whose call it was.

What is typed of a debtor comes in the body, never in an address that is logged or kept in
a browser's history; each such search is audited.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked, Problem
from agent_console.desk.tools import DESK
from agent_console.services import DATABASE
from cobranca.debtors.service import debtor_with_document
from cobranca.people import audit
from cobranca.people.store import AgentRow, UserRow
from dialer.campaigns.store import CampaignRow
from dialer.recordings import listing
from dialer.recordings.listing import Ending, Listed, Sought
from foundation.brasil.document import InvalidDocument, parse_document
from foundation.clock import SAO_PAULO

PAGE, MOST_NAMED = 50, 500
WEEK = timedelta(days=7)
FIRST_DAY = date(1900, 1, 1)
LEAST_DIGITS = 8  # with so many it is a document, not a name


# as a calendar writes it: pydantic alone also takes seconds since 1970
_WRITTEN_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _written_day(text: object) -> object:
    if not isinstance(text, str):
        return text
    if _WRITTEN_DAY.fullmatch(text) is None:
        raise ValueError("aaaa-mm-dd")
    return date.fromisoformat(text)  # in a body, too, where text is no date by itself


Day = Annotated[date, BeforeValidator(_written_day)]


Typed = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=80)
]


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


class SearchIn(SoughtIn):
    """One of the two at least. `debtor`: a document, or the begin of a name; `said`: words
    of the caller in a conversation with the URA. Without days, all days."""

    debtor: Typed | None = None
    said: Typed | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> SearchIn:
        if self.debtor is None and self.said is None:
            raise ValueError("debtor, said")
        return self


class RecordingOut(Model):
    """`ending`: talked, abandoned, robot, alone. `robot`: its words are kept. `number` is
    masked. `began_at`: real time."""

    id: UUID
    call: UUID
    began_at: datetime
    seconds: float
    direction: str
    number: str
    campaign: str | None
    agent: str | None
    ending: str
    disposition: str | None
    robot: bool


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


_NONE = RecordingsOut(recordings=[], more=False)


async def find(asked: Asked[None, SoughtIn]) -> RecordingsOut:
    async with asked.request.app[DATABASE].connect() as connection:
        return await _page(connection, _sought(asked.query))


async def search(asked: Asked[SearchIn, None]) -> RecordingsOut:
    """The same of one debtor, of those of a name, or by what was said."""
    given = asked.body
    sought = replace(_sought(given, since=FIRST_DAY), said=given.said)
    async with asked.request.app[DATABASE].begin() as connection:
        if given.debtor is None:
            found = await _page(connection, sought)
            debtor, by = None, "said"
        elif sum(map(str.isdigit, given.debtor)) < LEAST_DIGITS:
            found = await _page(connection, sought, name=given.debtor)
            debtor, by = None, "name"
        else:
            debtor = await _debtor(asked, connection, given.debtor)
            found = await _page(connection, sought, debtor=debtor) if debtor else _NONE
            by = "document"
        if given.before is None:  # reading on is the same search
            await audit.record(
                connection, asked.who, action="recording.search", detail={"by": by},
                subject=("debtor", debtor) if debtor else None,
            )  # fmt: skip
    return found


async def _debtor(
    asked: Asked[SearchIn, None], connection: AsyncConnection, typed: str
) -> UUID | None:
    try:
        document = parse_document(typed)
    except InvalidDocument as error:
        raise Problem("bad_document", 422, {"why": str(error)}) from None
    return await debtor_with_document(connection, asked.request.app[DESK].keys, document)


def _sought(query: SoughtIn, since: date | None = None) -> Sought:
    """The days, in São Paulo; `since` when none is asked for."""
    today = datetime.now(SAO_PAULO).date()
    first = query.from_day or since or (query.to_day or today) - WEEK
    last = query.to_day or max(today, first)
    return Sought(
        since=_midnight(first),
        until=_midnight(min(last, date.max - timedelta(days=60)) + timedelta(days=1)),
        campaign=query.campaign,
        agent=query.agent,
        ending=query.ending,
        disposition=query.disposition,
        before=query.before,
        limit=PAGE + 1,
    )


async def _page(
    connection: AsyncConnection,
    sought: Sought,
    *,
    debtor: UUID | None = None,
    name: str | None = None,
) -> RecordingsOut:
    whose = replace(sought, debtor=debtor, name=name)
    found = await listing.recordings(connection, whose)
    return RecordingsOut(recordings=[_out(one) for one in found[:PAGE]],
                         more=len(found) > PAGE)  # fmt: skip


def _out(one: Listed) -> RecordingOut:
    return RecordingOut(
        id=one.id, call=one.attempt, began_at=one.began_at, seconds=one.seconds,
        direction=one.direction, number=one.number, campaign=one.campaign,
        agent=one.agent, ending=one.ending, disposition=one.disposition,
        robot=one.robot,
    )  # fmt: skip


def _midnight(day: date) -> datetime:
    return datetime.combine(max(day, FIRST_DAY), time(), SAO_PAULO).astimezone(UTC)


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
