"""Who is on the line, and so what may be said.

Pure: the level is a fold over what the agent heard in one call. Nothing of a debt is said
to anybody before the debtor has confirmed facts that only the debtor should know; a third
party must never learn of it (LGPD; CDC, art. 42). What another voice said before counts
for nothing once the handset is passed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import assert_never

from foundation.brasil.dates import InvalidDate, parse_date

NEEDED = 2  # right answers that make a person the debtor
WRONG_MAX = 2  # wrong ones in one call, after which nobody is asked any more
_START = {11: 3, 14: 4}  # characters asked of a CPF, of a CNPJ
_END = 2


class Fact(StrEnum):
    """What may be asked. The answer is typed in; the right one is never shown."""

    DOCUMENT_START = "document_start"
    DOCUMENT_END = "document_end"
    BIRTH_DATE = "birth_date"


class Level(StrEnum):
    NOBODY = "nobody"  # nobody said who they are
    CLAIMED = "claimed"  # says to be the debtor; not proven
    CONFIRMED = "confirmed"  # is the debtor
    THIRD_PARTY = "third_party"  # somebody else
    FAILED = "failed"  # claimed to be, and answered wrong too often


@dataclass(frozen=True, slots=True)
class Claimed:
    """The person says to be the debtor."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The person is somebody else, or the handset was passed to somebody else."""


@dataclass(frozen=True, slots=True)
class Answered:
    fact: Fact
    right: bool


Step = Claimed | Denied | Answered


class UnreadableAnswer(ValueError):
    """The answer does not have the form of what was asked; it counts as none."""


@dataclass(frozen=True, slots=True, repr=False)
class Known:
    """What the debtor's record holds to compare with; never shown, never printed."""

    document: str  # CPF or CNPJ in its stored form
    birth_date: date | None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What can be asked, in the order of asking."""
        born = () if self.birth_date is None else (Fact.BIRTH_DATE,)
        return (Fact.DOCUMENT_START, *born, Fact.DOCUMENT_END)

    def is_right(self, fact: Fact, answer: str) -> bool:
        """Compare an answer as typed; raises UnreadableAnswer.

        >>> Known("52998224725", None).is_right(Fact.DOCUMENT_START, "529")
        True
        """
        match fact:
            case Fact.DOCUMENT_START:
                count = _START.get(len(self.document), 3)
                return _characters(answer, count) == self.document[:count]
            case Fact.DOCUMENT_END:
                return _characters(answer, _END) == self.document[-_END:]
            case Fact.BIRTH_DATE:
                return self.birth_date is not None and _date(answer) == self.birth_date
            case _:
                assert_never(fact)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the identification of one call is."""

    level: Level
    right: frozenset[Fact]
    wrong: int

    @property
    def missing(self) -> int:
        """Right answers still needed."""
        return max(0, NEEDED - len(self.right))


def standing(steps: Iterable[Step]) -> Standing:
    """Fold the steps of one call, in their order.

    >>> standing([Claimed(), Answered(Fact.DOCUMENT_END, True)]).level
    <Level.CLAIMED: 'claimed'>
    """
    who = Level.NOBODY
    right: set[Fact] = set()
    wrong = 0
    for step in steps:
        match step:
            case Claimed():
                who = Level.CLAIMED if who is not Level.CONFIRMED else who
            case Denied():
                who = Level.THIRD_PARTY
                right.clear()
            case Answered(fact, is_right) if who is Level.CLAIMED:
                wrong += not is_right
                if is_right:
                    right.add(fact)
                who = Level.CONFIRMED if len(right) >= NEEDED else who
            case Answered():
                pass  # nobody claims to be the debtor: an answer proves nothing
    if wrong >= WRONG_MAX and who is not Level.THIRD_PARTY:
        who = Level.FAILED
    return Standing(who, frozenset(right), wrong)


def to_ask(known: Known, now: Standing) -> tuple[Fact, ...]:
    """Return the facts that may be asked now; none unless somebody claims to be him."""
    if now.level is not Level.CLAIMED:
        return ()
    return tuple(fact for fact in known.facts if fact not in now.right)


def may_hear_of_debt(level: Level) -> bool:
    """Whether the person on the line may be told that there is a debt."""
    return level is Level.CONFIRMED


def is_hidden(level: Level) -> bool:
    """Whether even the agent sees nothing of the debt, lest it slip out."""
    return level in (Level.THIRD_PARTY, Level.FAILED)


def steps_of(rows: Sequence[tuple[str, str | None, bool | None]]) -> list[Step]:
    """Read stored steps: kind, fact, right."""
    return [_step(kind, fact, right) for kind, fact, right in rows]


def _step(kind: str, fact: str | None, right: bool | None) -> Step:
    match kind:
        case "claimed":
            return Claimed()
        case "denied":
            return Denied()
        case _:
            return Answered(Fact(fact or ""), bool(right))


def _characters(answer: str, count: int) -> str:
    bare = re.sub(r"[\s.\-/]", "", answer).upper()
    if len(bare) != count or not (bare.isascii() and bare.isalnum()):
        raise UnreadableAnswer(f"{count}")
    return bare


def _date(answer: str) -> date:
    digits = re.sub(r"[\s./\-]", "", answer)
    if len(digits) != 8 or not digits.isdigit():
        raise UnreadableAnswer("dd/mm/aaaa")
    try:
        return parse_date(f"{digits[:2]}/{digits[2:4]}/{digits[4:]}")
    except InvalidDate as error:
        raise UnreadableAnswer("dd/mm/aaaa") from error
