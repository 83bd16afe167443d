"""By what means the debtor of a call may be contacted now, point by point, and why not."""

from __future__ import annotations

from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.desk import shown
from agent_console.desk.contracts import MeansOut, MeansPointOut, OneMeansOut, RuleOut
from agent_console.desk.tools import DeskTools
from cobranca.compliance.explain import Explanation, explain
from cobranca.compliance.explained import masked_point
from cobranca.compliance.model import TELEPHONE, Means
from cobranca.compliance.service import Errand
from cobranca.compliance.wording import policy_line, time_there, words
from cobranca.contacts.identification import standing_of
from cobranca.contacts.identity import Level


async def means_of(connection: AsyncConnection, tools: DeskTools, call: Any) -> MeansOut:
    """Ask the policy for every means; `call` is what `read_call` returned."""
    debtor: UUID | None = call.debtor_id
    if debtor is None:
        return MeansOut(means=[])
    now = (await tools.contact_clock(connection)).now()
    level = (await standing_of(connection, call.id)).level
    told = []
    for means in get_args(Means):
        found = await explain(connection, tools.policy, debtor, now, Errand(means=means))
        points = [_point(one, means, now, level, tools) for one in found]
        told.append(OneMeansOut(means=means, label=words("means")[means], points=points))
    return MeansOut(means=told)


def _point(
    one: Explanation, means: Means, now: datetime, level: Level, tools: DeskTools
) -> MeansPointOut:
    place, zone = one.candidate, one.candidate.zone
    closing = [(one.seen.closing, one.seen.open_until)] if one.seen.closing else []
    rules = [*((refused, refused.until) for refused in one.objections), *closing]
    phone = means in TELEPHONE
    attempts = (one.attempts_today, one.attempts_max)
    return MeansPointOut(
        point=shown.telephone(place.number, level) if phone else masked_point(place, means),
        line=policy_line(one.seen, now, zone, attempts, means),
        allowed=one.verdict.allowed,
        why=[
            RuleOut(
                title=tools.policy.titles.get(rule.rule, rule.rule),
                source=rule.source,
                until=until and time_there(until, now, zone),
            )
            for rule, until in rules
        ],
    )
