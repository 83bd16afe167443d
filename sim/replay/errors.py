"""Why a day cannot be replayed. The command says it in pt-BR."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date


class CannotReplay(ValueError):
    """A recorded day cannot be played again."""


class UnknownCampaign(CannotReplay):
    """No campaign has this name or id."""

    def __init__(self, asked: str) -> None:
        super().__init__(asked)
        self.asked = asked


class SeveralCampaigns(CannotReplay):
    """More than one campaign dialled then, and none was named."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


class NoCalls(CannotReplay):
    """Nobody was called then; `days` are the newest on which somebody was."""

    def __init__(self, days: Sequence[date]) -> None:
        super().__init__(", ".join(day.isoformat() for day in days))
        self.days = tuple(days)


class NotYet(CannotReplay):
    """That time has not begun."""


class NobodyWorked(CannotReplay):
    """There were calls but no agent was logged in."""


class TooFewTalks(CannotReplay):
    """Too few calls of that time became conversations to know how they last."""

    def __init__(self, talks: int, needed: int) -> None:
        super().__init__(f"{talks} of {needed}")
        self.talks, self.needed = talks, needed


class NotPaced(CannotReplay):
    """The campaign was not paced at some time: agents dialled by hand, or it has none."""

    def __init__(self, mode: str) -> None:
        super().__init__(mode)
        self.mode = mode


class UnreadableSettings(CannotReplay):
    """The settings of that time cannot be read."""


class UnknownPolicy(CannotReplay):
    """No such way to pace."""

    def __init__(self, asked: str, known: Sequence[str]) -> None:
        super().__init__(asked)
        self.asked, self.known = asked, tuple(known)
