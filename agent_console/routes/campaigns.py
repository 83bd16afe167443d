"""Campaigns: list, count, create, edit, start, pause, stop. For supervisors."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from agent_console.api.endpoint import Asked, Endpoint, Page, Problem, Role
from agent_console.services import DATABASE
from agent_console.supervision.campaign_forms import (
    CampaignOut,
    CampaignsOut,
    CountOut,
    EditForm,
    NewCampaignForm,
    OptionsOut,
)
from agent_console.supervision.options import options
from agent_console.texts import TEXTS
from dialer.campaigns import editing, service
from dialer.campaigns.counting import count
from dialer.campaigns.editing import CampaignChanged
from dialer.campaigns.errors import CampaignError, NoCampaign
from dialer.campaigns.filter import DebtorFilter
from dialer.campaigns.service import NewCampaign

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
READ, WRITE = "campaigns:read", "campaigns:write"
GONE_S = 0.1  # how often it is looked whether the page still waits for a count
REFUSED = ("campaign_refused",)
STATUSES = {"start": "running", "pause": "paused", "stop": "stopped"}


async def list_them(asked: Asked[None, None]) -> CampaignsOut:
    async with asked.request.app[DATABASE].connect() as connection:
        found = await editing.campaigns(connection)
    return CampaignsOut(campaigns=[CampaignOut.of(one) for one in found])


async def show(asked: Asked[None, None]) -> CampaignOut:
    async with asked.request.app[DATABASE].connect() as connection:
        try:
            return CampaignOut.of(await editing.campaign(connection, _id(asked)))
        except NoCampaign:
            raise Problem("no_campaign", 404) from None


async def choices(asked: Asked[None, None]) -> OptionsOut:
    async with asked.request.app[DATABASE].connect() as connection:
        return await options(connection)


async def counted(asked: Asked[DebtorFilter, None]) -> CountOut:
    """A page that typed on has gone: its count is cancelled in the database too."""
    counting = asyncio.create_task(_count(asked))
    try:
        while not counting.done():
            await asyncio.wait({counting}, timeout=GONE_S)
            transport = asked.request.transport
            if transport is None or transport.is_closing():
                counting.cancel()
                raise Problem("bad_request", 400)
        return counting.result()
    finally:
        counting.cancel()


async def _count(asked: Asked[DebtorFilter, None]) -> CountOut:
    async with asked.request.app[DATABASE].begin() as connection:
        return CountOut.of(await count(connection, asked.body))


async def create(asked: Asked[NewCampaignForm, None]) -> CampaignOut:
    """Answers within seconds; a long list is `filling` then."""
    terms = asked.body.terms.terms()
    new = NewCampaign(
        name=terms.name,
        filter=asked.body.filter,
        policy=terms.policy,
        retries=terms.retries,
        ring_timeout_s=terms.ring_timeout_s,
        threshold_s=terms.threshold_s,
        wrap_up_s=terms.wrap_up_s,
    )
    try:
        async with asked.request.app[DATABASE].begin() as connection:
            number = await service.order_campaign(
                connection, new, asked.body.key, asked.who
            )
            return CampaignOut.of(await editing.campaign(connection, number))
    except CampaignError as error:
        raise _refused(error) from error


async def edit(asked: Asked[EditForm, None]) -> CampaignOut:
    body = asked.body
    try:
        async with asked.request.app[DATABASE].begin() as connection:
            after = await editing.edit(
                connection, _id(asked), body.version, body.terms.terms(), body.filter,
                asked.who,
            )  # fmt: skip
            return CampaignOut.of(after)
    except NoCampaign:
        raise Problem("no_campaign", 404) from None
    except CampaignChanged as changed:
        raise _conflict(changed) from changed
    except CampaignError as error:
        raise _refused(error) from error


async def put_status(asked: Asked[None, None]) -> CampaignOut:
    status = STATUSES[asked.path["verb"]]
    try:
        async with asked.request.app[DATABASE].begin() as connection:
            return CampaignOut.of(
                await editing.put_status(connection, _id(asked), status, asked.who)
            )
    except NoCampaign:
        raise Problem("no_campaign", 404) from None
    except CampaignError as error:
        raise _refused(error) from error


def _id(asked: Asked[Any, Any]) -> UUID:
    return UUID(asked.path["id"])


def _refused(error: CampaignError) -> Problem:
    return Problem("campaign_refused", 409, {"why": str(error)})


def _conflict(changed: CampaignChanged) -> Problem:
    """What it became stands in the answer, so that nothing typed need be thrown away."""
    now = CampaignOut.of(changed.now)
    by = changed.now.changed_by or TEXTS.section("campaigns")["somebody"]
    fields = {"by": by, "current": now.model_dump(mode="json")}
    return Problem("campaign_changed", 409, fields)


async def page(asked: Asked[None, None]) -> Mapping[str, Any]:
    return {"campaign": asked.path.get("id", "")}


def _endpoint(verb: str, path: str, summary: str, **more: Any) -> Endpoint:
    scope = more.pop("scope", WRITE)
    at = f"/api/v1/campaigns{path}"
    return Endpoint(
        verb=verb, path=at, summary=summary, roles=MAY, scope=scope, **more
    )  # fmt: skip


ENDPOINTS = (
    _endpoint(
        "GET", "", "Campanhas, as em andamento primeiro", scope=READ, handler=list_them,
        answer=CampaignsOut, background=True,
    ),
    _endpoint(
        "GET", "/options", "O que um filtro pode nomear", scope=READ, handler=choices,
        answer=OptionsOut,
    ),
    _endpoint(
        "POST", "/count", "Quantos devedores um filtro encontra", scope=READ, reads=True,
        handler=counted, body=DebtorFilter, answer=CountOut,
    ),
    _endpoint(
        "POST", "", "Criar uma campanha a partir de um filtro",
        handler=create,
        body=NewCampaignForm, answer=CampaignOut, status=201, problems=REFUSED,
    ),
    _endpoint(
        "GET", "/{id}", "Uma campanha", scope=READ, handler=show, answer=CampaignOut,
        problems=("no_campaign",),
    ),
    _endpoint(
        "PUT", "/{id}", "Mudar uma campanha", handler=edit, body=EditForm,
        answer=CampaignOut, problems=("no_campaign", "campaign_changed", *REFUSED),
    ),
    _endpoint(
        "POST", "/{id}/{verb:start|pause|stop}", "Iniciar, pausar ou parar",
        handler=put_status, answer=CampaignOut, problems=("no_campaign", *REFUSED),
    ),
)  # fmt: skip
PAGES = (
    Page("/campaigns", "campaigns.html", MAY),
    Page("/campaigns/new", "campaign.html", MAY, page),
    Page("/campaigns/{id}", "campaign.html", MAY, page),
)
