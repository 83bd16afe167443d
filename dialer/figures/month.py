"""The abandonment rate of 30 days, by the hour: a short sum, not a long read. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from dialer.figures.abandonment import Rate

MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class HourRate:
    """What one campaign's calls of one hour of UTC came to; `hour` is its begin."""

    hour: datetime
    campaign: UUID
    rate: Rate


class RateBook:
    """What each hour of the last 30 days came to.

    The window begins with a whole hour: it is up to an hour longer than 30 days.
    """

    def __init__(self) -> None:
        self._hours: dict[tuple[datetime, UUID], Rate] = {}

    def put(self, rates: Iterable[HourRate], since: datetime) -> None:
        """Replace all that is known of the hours from that of `since` on."""
        first = whole_hour(since)
        kept = {key: rate for key, rate in self._hours.items() if key[0] < first}
        self._hours = kept | {(one.hour, one.campaign): one.rate for one in rates}

    def month(self, now: datetime) -> dict[UUID, Rate]:
        """The rate of each campaign over the 30 days that end now."""
        first, found = whole_hour(now - MONTH), dict[UUID, Rate]()
        for (hour, campaign), rate in self._hours.items():
            if hour >= first:
                found[campaign] = found.get(campaign, Rate()) + rate
        return found


def whole_hour(at: datetime) -> datetime:
    """The begin of the hour."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
