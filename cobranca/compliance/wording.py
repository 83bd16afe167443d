"""What people read of the policy: its line on a telephone, names of means and reasons.

Pure; the words are in `words_pt_BR.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from cobranca.compliance.model import Means
from cobranca.compliance.window import Seen
from foundation.clock import SAO_PAULO

RINGS: frozenset[Means] = frozenset({"voice", "robot"})


@cache
def words(section: str) -> Mapping[str, str]:
    """Return a section of the catalogue."""
    text = files("cobranca.compliance").joinpath("words_pt_BR.toml").read_text("utf-8")
    found: Mapping[str, str] = tomllib.loads(text)[section]
    return found


def time_there(instant: datetime, now: datetime, zone: str | None) -> str:
    """The local time, with the day when it is another.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 10, 15, tzinfo=UTC)
    >>> time_there(noon, noon, "America/Sao_Paulo")
    '12:00'
    >>> time_there(datetime(2026, 3, 11, 11, tzinfo=UTC), noon, "America/Sao_Paulo")
    '11/03 às 08:00'
    """
    there = ZoneInfo(zone or SAO_PAULO.key)
    local, today = instant.astimezone(there), now.astimezone(there).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%d/%m} às {local:%H:%M}"


def policy_line(
    seen: Seen,
    now: datetime,
    zone: str | None,
    attempts: tuple[int, int | None],
    means: Means = "voice",
) -> str:
    """`Pode ligar até 20:00; 1 de 3 tentativas hoje`; `attempts` are made and at most."""
    said = words("outlook")
    until = seen.open_until if seen.verdict.allowed else seen.verdict.until
    key = "open" if seen.verdict.allowed else "closed"
    key += "_until" if until else ""
    key += "" if means in RINGS else "_without_hours"
    window = said[key].format(until=time_there(until, now, zone) if until else "")
    made, most = attempts
    count = said["attempts" if most else "attempts_unlimited"]
    return f"{window}; {count.format(count=made, most=most)}"
