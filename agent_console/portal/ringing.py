"""A debtor asks to be called at a time: booked if the policy allows it, or said why not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.texts import TEXTS
from cobranca.compliance.points_of import points_of
from cobranca.compliance.service import ContactPolicy
from cobranca.compliance.wording import time_there
from cobranca.portal.requests import Kind, ask
from dialer.callbacks.booking import Booked, Booking, NotBooked, book
from foundation.clock import SAO_PAULO
from foundation.crypto import Keys

CAMPAIGNLESS = "no_campaign"


class UnreadableTime(ValueError):
    """Não se entende o dia ou a hora."""


async def zone_of(connection: AsyncConnection, debtor: UUID) -> ZoneInfo:
    """Return the time zone of the telephone that would ring."""
    points = [p for p in await points_of(connection, debtor) if p.point_status == "active"]
    return ZoneInfo(points[0].zone) if points and points[0].zone else SAO_PAULO


def instant_of(day: str, clock: str, zone: ZoneInfo) -> datetime:
    """Read `2026-03-10` and `14:30`, as a browser writes them; raises UnreadableTime."""
    try:
        read = datetime.strptime(f"{day} {clock}", "%Y-%m-%d %H:%M")  # noqa: DTZ007
    except ValueError as error:
        raise UnreadableTime(f"{day} {clock}") from error
    return read.replace(tzinfo=zone)


async def ring_at(
    connection: AsyncConnection,
    policy: ContactPolicy,
    keys: Keys,
    debtor: UUID,
    at: datetime,
    *,
    contact_now: datetime,
    now: datetime,
) -> str | NotBooked:
    """Book it; returns a protocol number when people of ours must see to it, else "".

    The caller commits. Nothing was written when it is not booked.
    """
    asked = Booking(debtor=debtor, agent=None, due_at=at, campaign=None, attempt=None)
    made = await book(connection, policy, asked, now=contact_now, booked_at=now)
    if isinstance(made, Booked):
        return ""
    if made.reason == CAMPAIGNLESS:  # nobody calls him now: a person books it
        told = f"{at:%d/%m/%Y %H:%M}"
        return await ask(connection, keys, Kind.CALL_BACK, debtor, told, now)
    return made


def refusal(
    made: NotBooked, policy: ContactPolicy, zone: ZoneInfo, contact_now: datetime
) -> str:
    """Return why it was not booked, in words."""
    words = TEXTS.section("portal_not_booked")
    if made.reason != "forbidden":
        return words[made.reason]
    why = policy.titles.get(made.rule or "", made.rule or "")
    if made.next_at is None:
        return words["forbidden"].format(why=why)
    then = time_there(made.next_at, contact_now, zone.key)
    return words["forbidden_next"].format(why=why, next=then)
