"""What can be closed of a debt's book: its creditor, or its portfolio. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class Closed(StrEnum):
    """What is closed; where both are, the creditor is named."""

    CREDITOR = "creditor"
    PORTFOLIO = "portfolio"


def closed(creditor: datetime | None, portfolio: datetime | None) -> Closed | None:
    """Say it of the instants at which they were closed.

    >>> closed(None, None) is None
    True
    """
    if creditor is not None:
        return Closed.CREDITOR
    return Closed.PORTFOLIO if portfolio is not None else None
