"""Ends the conversations that earlier lives of the URA had in hand.

Those of which nobody wrote down whose they were are from a version that is gone; one that
still runs beside this one leads its calls to their ends. So they end when they are older
than any call: at this start, or as soon as they are.
"""

from __future__ import annotations

import time

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts import left_open
from foundation.observability import get_logger
from foundation.process import Process
from ura.lives import Lives

LOOK_EVERY_S = 2.0
AGING_S = 600.0  # how often those of nobody are looked at, while there are any
UNTOLD_S = 60.0  # a dialer that started with us has told by then where their callers are
DATABASE_LOST = (DBAPIError, OSError, TimeoutError)

log = get_logger(__name__)


async def end_left_open(own: Process, engine: AsyncEngine, lives: Lives) -> None:
    """Look until none is open any more, or the process is to stop."""
    began_s = time.monotonic()
    while gone := lives.over():
        untold = time.monotonic() - began_s > UNTOLD_S
        try:
            async with engine.begin() as connection:
                ended = await left_open.end(connection, gone, untold=untold)
                open_still = await left_open.any_of(connection, gone)
        except DATABASE_LOST as error:
            log.warning("talks_left_open", why=type(error).__name__)
        else:
            if ended:
                log.warning("talks_ended_late", talks=ended)
            if not open_still:
                for life in gone:
                    lives.forget(life)
        if await own.pause(LOOK_EVERY_S):
            return


async def end_nobodys(own: Process, engine: AsyncEngine) -> None:
    """Look until none is open any more, or the process is to stop."""
    while True:
        try:
            async with engine.begin() as connection:
                ended = await left_open.end_nobodys(connection)
                open_still = await left_open.any_of_nobody(connection)
        except DATABASE_LOST as error:
            log.warning("talks_of_nobody_left_open", why=type(error).__name__)
            open_still = True
        else:
            if ended:
                log.warning("talks_of_nobody_ended", talks=ended)
        if not open_still or await own.pause(AGING_S):
            return
