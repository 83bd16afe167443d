"""Ending tasks that other people's code runs in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_S = 3.0  # longer than putting away takes, which a second word would break off


def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel those that still run, and again every AGAIN_S until they have ended.

    Once is not enough: a library may lose a cancellation. SQLAlchemy does when it asks a
    connection whether it lives, is cancelled there, and finds the connection lost: it
    takes another, and whoever was to end goes on.
    """
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.cancel()
    if running:
        asyncio.get_running_loop().call_later(AGAIN_S, end, running)
