"""Take a picture of the floor: the switch's channels, the facts, and what others hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.adapters.open_attempts import OpenAttempt, agents_before, open_attempts
from dialer.ports import LiveChannel, Telephony
from dialer.shell.adopting import attempt_of, endpoint_of
from dialer.state.picture import Held, Line, OpenCall, Picture
from foundation.bus import BOARD, Bus
from foundation.clock import SystemClock

LONGEST = timedelta(hours=2)  # of a call for which nobody wrote a limit down
BEFORE_THE_FLOOR = ("from-carrier", "ura")  # a caller whom nobody has announced yet
NOT_OF_THE_FLOOR = ("headset", "nowhere")

_HELD = text(
    """
    SELECT cd.campaign_id, cd.debtor_id, cd.leased_until FROM campaign_debtor cd
     WHERE cd.state = 'leased' AND cd.leased_until < clock_timestamp() - interval '5 s'
       AND NOT EXISTS (SELECT 1 FROM attempt a
                        WHERE a.debtor_id = cd.debtor_id AND a.outcome IS NULL)
     LIMIT 50
    """
)

_CLOCK = SystemClock()


async def look(
    engine: AsyncEngine,
    telephony: Telephony,
    told: Mapping[str, Mapping[str, str]],
    now: Callable[[], datetime] = _CLOCK.now,
) -> Picture:
    """One picture, dated by `now`. Raises SwitchUnreachable, SQLAlchemyError, OSError."""
    channels = await telephony.channels()
    async with engine.connect() as connection:
        attempts = await open_attempts(connection)
        agents = await agents_before(connection)
        held = await _held(connection)
    return Picture(
        at=now(),
        calls={attempt.id: _call(attempt) for attempt in attempts},
        agents={one.agent.endpoint: one.agent for one in agents},
        lines=tuple(lines(channels)),
        held=held,
        told=told,
    )


async def on_board(bus: Bus) -> dict[str, str]:
    """The agents' states as Valkey has them; raises what `foundation.bus.LOST` names."""
    return {
        endpoint: str(entry.get("state"))
        for endpoint, entry in (await bus.table(BOARD)).items()
    }


def lines(channels: Iterable[LiveChannel]) -> list[Line]:
    """Channels of debtors and of agents; a headset that is tried is neither."""
    found = []
    for channel in channels:
        endpoint = endpoint_of(channel)
        if channel.context in NOT_OF_THE_FLOOR:
            continue
        found.append(
            Line(
                channel=channel.channel,
                attempt=attempt_of(channel) if endpoint is None else None,
                endpoint=endpoint,
                ours=channel.context not in BEFORE_THE_FLOOR,
                up=channel.up,
                bridge=channel.bridge,
            )
        )
    return found


def _call(attempt: OpenAttempt) -> OpenCall:
    return OpenCall(
        attempt=attempt.id,
        channel=attempt.channel,
        inbound=attempt.inbound,
        debtor=str(attempt.debtor) if attempt.debtor else None,
        state=attempt.call.state,
        placed_at=attempt.placed_at,
        due_at=attempt.due_at or attempt.placed_at + LONGEST,
    )


async def _held(connection: AsyncConnection) -> tuple[Held, ...]:
    return tuple(
        Held(
            campaign=str(row.campaign_id),
            debtor=str(row.debtor_id),
            until=row.leased_until,
        )
        for row in await connection.execute(_HELD)
    )
