"""A campaign's life as a state machine: list, draft, running, and its ends.

Pure. People start, pause and stop; the worker builds lists; the leader finishes what has
nobody left to call. Changes that calls depend on are facts (`campaign_change`), so what a
campaign was at any instant is the fold over them.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Status(StrEnum):
    FILLING = "filling"  # its list is being built
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"


class Wish(StrEnum):
    """What happens to a campaign."""

    START = "running"
    PAUSE = "paused"
    STOP = "stopped"
    FILL = "filling"  # its list is to be built, by the worker
    FILLED = "draft"  # the list is there, or nobody was found
    FINISH = "finished"  # every debtor had his turn


_FROM: dict[Wish, tuple[Status, ...]] = {
    Wish.START: (Status.DRAFT, Status.PAUSED, Status.STOPPED),
    Wish.PAUSE: (Status.RUNNING,),
    Wish.STOP: (Status.RUNNING, Status.PAUSED, Status.DRAFT, Status.FILLING),
    Wish.FILL: (Status.DRAFT, Status.PAUSED, Status.STOPPED),
    Wish.FILLED: (Status.FILLING,),
    Wish.FINISH: (Status.RUNNING,),
}


class NotPossible(RuntimeError):
    """A campaign in that status cannot do this."""


def after(status: Status, wish: Wish) -> Status:
    """Return the status after the wish; what is so already stays. Raises NotPossible.

    >>> after(Status.DRAFT, Wish.START).value
    'running'
    """
    wanted = Status(wish.value)
    if status is wanted:
        return status
    if status not in _FROM[wish]:
        raise NotPossible(status, wish)
    return wanted


def status_after(changes: Iterable[str]) -> str:
    """The status that these changes lead to, in their order; a campaign begins as draft."""
    *_, last = (Status.DRAFT.value, *changes)
    return last
