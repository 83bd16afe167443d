"""Who answered: verdicts to review by ear, how often they erred, what a campaign does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from agent_console.api.endpoint import Asked, Endpoint, Page, Problem, Role
from agent_console.services import DATABASE
from cobranca.contacts.dispositions import catalogue
from dialer.answering import review as reviewing
from dialer.answering import setting
from dialer.answering.answer import Mode
from dialer.answering.review import NoVerdict
from dialer.campaigns.errors import NoCampaign

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
MODE = "/api/v1/campaigns/{id}/machines"


class Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class ToReviewOut(Form):
    """`times`: what the switch's own detector said; `recording` null: there is none."""

    attempt: UUID
    campaign: str | None
    answered_at: datetime | None
    who: str
    kind: str
    why: str
    heard_s: float
    acted: bool
    evidence: dict[str, Any]
    times: str | None
    disposition: str | None
    recording: UUID | None


class CountOut(Form):
    """`people` of the `reviewed` were people; where `who` is machine, those are errors."""

    detector: str
    who: str
    verdicts: int
    acted: int
    reviewed: int
    people: int


class ToReviewsOut(Form):
    """Of the last 30 days; calls that were ended come first."""

    verdicts: list[ToReviewOut]
    counts: list[CountOut]


class ReviewIn(Form):
    """What is heard in the recording."""

    person: bool


class MachinesForm(Form):
    """What follows when a machine answers: nothing, a note, the end of the call."""

    mode: Mode


async def listed(asked: Asked[None, None]) -> ToReviewsOut:
    async with asked.request.app[DATABASE].connect() as connection:
        verdicts = await reviewing.to_review(connection)
        counts = await reviewing.counts(connection)
    return ToReviewsOut(
        verdicts=[ToReviewOut.model_validate(one) for one in verdicts],
        counts=[CountOut.model_validate(one) for one in counts],
    )


async def review(asked: Asked[ReviewIn, None]) -> None:
    try:
        async with asked.request.app[DATABASE].begin() as connection:
            await reviewing.review(
                connection, UUID(asked.path["id"]), asked.who, person=asked.body.person
            )
    except NoVerdict:
        raise Problem("no_verdict", 404) from None


async def show(asked: Asked[None, None]) -> MachinesForm:
    async with asked.request.app[DATABASE].connect() as connection:
        try:
            found = await setting.mode_of_campaign(connection, UUID(asked.path["id"]))
        except NoCampaign:
            raise Problem("no_campaign", 404) from None
    return MachinesForm(mode=found)


async def put(asked: Asked[MachinesForm, None]) -> MachinesForm:
    try:
        async with asked.request.app[DATABASE].begin() as connection:
            campaign = UUID(asked.path["id"])
            await setting.put_mode(connection, campaign, asked.body.mode, asked.who)
    except NoCampaign:
        raise Problem("no_campaign", 404) from None
    return asked.body


async def named(asked: Asked[None, None]) -> Mapping[str, Any]:
    """What the page itself needs of the dispositions."""
    return {"dispositions": {one.code: one.label for one in catalogue().dispositions}}


ENDPOINTS = (
    Endpoint(
        verb="GET",
        path="/api/v1/answers/review",
        summary="Quem atendeu: o que rever ouvindo, e quantas vezes o detector errou",
        roles=MAY,
        scope="recordings:read",
        handler=listed,
        answer=ToReviewsOut,
    ),
    Endpoint(
        verb="PUT",
        path="/api/v1/answers/{id}/review",
        summary="O que se ouve na gravação: uma pessoa atendeu, ou não",
        roles=MAY,
        scope="recordings:listen",
        handler=review,
        body=ReviewIn,
        status=204,
        problems=("no_verdict",),
    ),
    Endpoint(
        verb="GET",
        path=MODE,
        summary="O que acontece quando uma máquina atende",
        roles=MAY,
        scope="campaigns:read",
        handler=show,
        answer=MachinesForm,
        problems=("no_campaign",),
    ),
    Endpoint(
        verb="PUT",
        path=MODE,
        summary="Muda o que acontece quando uma máquina atende",
        roles=MAY,
        scope="campaigns:write",
        handler=put,
        body=MachinesForm,
        answer=MachinesForm,
        problems=("no_campaign",),
    ),
)
PAGES = (Page("/answers", "answers.html", MAY, named),)
