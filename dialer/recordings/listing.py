"""Recordings as a supervisor looks for them: filters, by when they began, page by page.

No name and no whole number of a debtor is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Uuid,
    any_,
    case,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.contacts.robot_store import RobotCallRow, RobotTurnRow
from cobranca.debtors.service import debtors_named, name_begins
from cobranca.debtors.store import DebtorRow
from cobranca.people.store import AgentRow, UserRow
from dialer.calls.store import AttemptRow, DispositionRow
from dialer.campaigns.store import CampaignRow
from dialer.recordings.store import RecordingRow
from foundation.brasil.phone import masked_phone

MOST_LOOKED_UP = 2_000  # debtors of a name; with more, every recording is looked at in turn

_PORTUGUESE: ColumnElement[Any] = literal_column("'portuguese'::regconfig")

Ending = Literal["talked", "abandoned", "robot", "alone"]

#: How the call went for the person who answered it.
ENDING: ColumnElement[str] = case(
    (AttemptRow.abandoned, "abandoned"),
    (AttemptRow.bridged_at.is_not(None), "talked"),
    (RobotCallRow.id.is_not(None), "robot"),
    else_="alone",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """None asks nothing. `before` is the last recording of the page before, `name` the
    begin of a debtor's name, `said` words of who talked with the robot."""

    since: datetime
    until: datetime
    campaign: UUID | None = None
    agent: UUID | None = None
    ending: Ending | None = None
    disposition: str | None = None
    debtor: UUID | None = None
    name: str | None = None
    said: str | None = None
    before: UUID | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One recording of the list."""

    id: UUID
    attempt: UUID
    began_at: datetime
    seconds: float
    direction: str
    number: str  # masked
    campaign: str | None
    agent: str | None
    ending: str
    disposition: str | None
    robot: bool  # it began with the automatic conversation, whose words are kept


async def recordings(connection: AsyncConnection, sought: Sought) -> list[Listed]:
    """The newest that match, at most `limit`; none when there is no `before`."""
    query = _query().where(
        RecordingRow.began_at >= sought.since,
        RecordingRow.began_at < sought.until,
        *_tests(sought),
    )
    if sought.before is not None:
        place = RecordingRow.began_at, RecordingRow.id
        before = select(*place).where(RecordingRow.id == sought.before)
        last = (await connection.execute(before)).first()
        if last is None:
            return []
        query = query.where(tuple_(*place) < tuple_(literal(last[0]), literal(last[1])))
    if sought.name is not None:
        query = query.where(await _named(connection, sought.name))
    newest = query.order_by(RecordingRow.began_at.desc(), RecordingRow.id.desc())
    rows = await connection.execute(newest.limit(sought.limit))
    return [_listed(row) for row in rows]


async def _named(connection: AsyncConnection, name: str) -> ColumnElement[bool]:
    """A rare name is looked up by its debtors; a common one is soon met on the way."""
    found = await debtors_named(connection, name, limit=MOST_LOOKED_UP + 1)
    if len(found) <= MOST_LOOKED_UP:
        return AttemptRow.debtor_id == any_(literal(found, ARRAY(Uuid())))
    return name_begins(name)


async def recording(connection: AsyncConnection, number: UUID) -> Listed | None:
    row = (await connection.execute(_query().where(RecordingRow.id == number))).first()
    return None if row is None else _listed(row)


def _tests(sought: Sought) -> list[ColumnElement[bool]]:
    tests: list[ColumnElement[bool]] = []
    if sought.campaign is not None:
        tests.append(AttemptRow.campaign_id == sought.campaign)
    if sought.agent is not None:
        tests.append(AttemptRow.agent_id == sought.agent)
    if sought.ending is not None:
        tests.append(ENDING.in_([sought.ending]))
    if sought.disposition is not None:
        tests.append(DispositionRow.code == sought.disposition)
    if sought.debtor is not None:
        tests.append(AttemptRow.debtor_id == sought.debtor)
    if sought.said is not None:
        tests.append(AttemptRow.id.in_(_heard(sought.said)))
    return tests


def _heard(words: str) -> Select[Any]:
    """The calls in which all of the words were said in one answer, in whatever form."""
    said = func.to_tsvector(_PORTUGUESE, RobotTurnRow.hypothesis)
    wanted = func.websearch_to_tsquery(_PORTUGUESE, words)
    return select(RobotTurnRow.call_id).where(said.bool_op("@@")(wanted))


def _query() -> Any:
    return (
        select(
            RecordingRow.id,
            RecordingRow.attempt_id,
            RecordingRow.seconds,
            RecordingRow.began_at,
            AttemptRow.direction,
            AttemptRow.number,
            CampaignRow.name.label("campaign"),
            AgentRow.name.label("seat"),
            UserRow.name.label("user"),
            ENDING.label("ending"),
            RobotCallRow.id.is_not(None).label("robot"),
            DispositionRow.code.label("disposition"),
        )
        .join(AttemptRow, AttemptRow.id == RecordingRow.attempt_id)
        .outerjoin(DebtorRow, DebtorRow.id == AttemptRow.debtor_id)
        .outerjoin(CampaignRow, CampaignRow.id == AttemptRow.campaign_id)
        .outerjoin(AgentRow, AgentRow.id == AttemptRow.agent_id)
        .outerjoin(UserRow, UserRow.id == AgentRow.user_id)
        .outerjoin(RobotCallRow, RobotCallRow.id == AttemptRow.id)
        .outerjoin(DispositionRow, DispositionRow.attempt_id == AttemptRow.id)
    )


def _listed(row: Any) -> Listed:
    return Listed(
        id=row.id,
        attempt=row.attempt_id,
        began_at=row.began_at,
        seconds=row.seconds,
        direction=row.direction,
        number=masked_phone(row.number),
        campaign=row.campaign,
        agent=row.user or row.seat,
        ending=row.ending,
        robot=row.robot,
        disposition=row.disposition,
    )
