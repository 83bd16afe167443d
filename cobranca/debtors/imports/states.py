"""The life of an import: which task may be asked for when, and what it leads to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    MAPPING = "mapping"  # a person says what the columns hold
    CHECKING = "checking"
    CHECKED = "checked"  # the difference is shown, nothing is written
    APPLYING = "applying"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"  # the file as a whole cannot be imported so
    INTERRUPTED = "interrupted"  # the worker ended in the middle; nothing was written
    DISCARDED = "discarded"


class Action(StrEnum):
    CHECK = "check"
    APPLY = "apply"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Rule:
    """From where an action may be asked for, and what the import is while it runs."""

    begins: frozenset[Status]
    running: Status


RULES = {
    Action.CHECK: Rule(
        frozenset((Status.MAPPING, Status.CHECKED, Status.FAILED)), Status.CHECKING
    ),
    Action.APPLY: Rule(frozenset((Status.CHECKED,)), Status.APPLYING),
    Action.UNDO: Rule(frozenset((Status.DONE,)), Status.UNDOING),
}
RUNNING = frozenset(rule.running for rule in RULES.values())
DISCARDABLE = frozenset((Status.MAPPING, Status.CHECKED, Status.FAILED))
STOPPABLE = frozenset((Status.CHECKING, Status.APPLYING))


def may_ask(action: Action, status: Status, last: Action | None) -> bool:
    """Whether an action can be asked for now; what was interrupted can be asked again.

    >>> may_ask(Action.APPLY, Status.INTERRUPTED, Action.APPLY)
    True
    """
    if status is Status.INTERRUPTED:
        return action is last or (action is Action.CHECK and last is Action.APPLY)
    return status in RULES[action].begins


def may_discard(status: Status, last: Action | None) -> bool:
    """Whether it can be thrown away; an undo that was interrupted must be ended first."""
    if status is Status.INTERRUPTED:
        return last is not Action.UNDO
    return status in DISCARDABLE or status in STOPPABLE
