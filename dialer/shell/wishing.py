"""What debtors asked the automatic conversation for becomes bookings, while one leads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from dialer.callbacks.wishes import settle_wishes
from foundation.crypto import Keys
from foundation.home import Home
from foundation.observability import get_logger

if TYPE_CHECKING:
    from dialer.shell.leader import Tools

log = get_logger(__name__)


async def settle(tools: Tools) -> None:
    """In a transaction of its own: what goes wrong here keeps no campaign from calling."""
    try:
        async with tools.engine.begin() as connection:
            await settle_wishes(
                connection,
                tools.policy,
                Keys.of(Home(tools.settings.home)),
                now=tools.contact_clock.now(),
                booked_at=datetime.now(UTC),
            )
    except (SQLAlchemyError, OSError) as error:
        log.error("wishes_unsettled", error=str(error))
