"""Checks of how often: a person over all means, a number over all persons.

Pure. A window of `days` local days ends today; one of three days after a talk therefore
counts the day of the talk as its first, as the US Regulation F does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Literal

from cobranca.compliance.model import Facts, PastContact, Place, Question
from cobranca.compliance.rules import Objection

Counted = Literal["attempts", "talks", "right_party"]
HISTORY_DAYS = 31  # of contacts before; no window is longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """At most so many within so many days.

    `unless_asked_for`: it does not stand against a contact that the person asked for.
    """

    most: int
    days: int
    counts: Counted = "attempts"
    of: Literal["person", "point"] = "person"
    unless_asked_for: bool = False

    @property
    def is_attempts_of_the_day(self) -> bool:
        """Whether it is the one that people are told: `1 de 3 tentativas hoje`."""
        return (self.of, self.counts, self.days) == ("person", "attempts", 1)

    def objection(
        self, question: Question, facts: Facts, places: Sequence[Place]
    ) -> Objection | None:
        today = facts.day(question.now)
        if today is None or (self.unless_asked_for and question.asked_for):
            return None
        first = today - timedelta(days=self.days)
        days = sorted(c.day for c in facts.contacts if c.day > first and self._counts(c))
        if len(days) < self.most:
            return None
        over = days[len(days) - self.most] + timedelta(days=self.days)
        return Objection(facts.places[0].at(over, time.min), f"{len(days)} de {self.most}")

    def _counts(self, contact: PastContact) -> bool:
        same = contact.same_person if self.of == "person" else contact.same_point
        match self.counts:
            case "attempts":
                return same and contact.ours
            case "talks":
                return same and contact.talked
            case "right_party":
                return same and contact.right_party
