"""Checks of the point: what kind of line it is, and whether it still is the debtor's.

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cobranca.compliance.model import Facts, Place, Question
from cobranca.compliance.rules import Objection
from foundation.brasil.phone import is_simulated


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Only Brazilian fixed and mobile lines."""

    def objection(
        self, question: Question, facts: Facts, places: Sequence[Place]
    ) -> Objection | None:
        return None if facts.line in ("mobile", "fixed") else Objection(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """Simulated numbers only on a simulated route, real ones only on a real route."""

    def objection(
        self, question: Question, facts: Facts, places: Sequence[Place]
    ) -> Objection | None:
        fits = is_simulated(question.point) == facts.simulated_route
        return None if fits else Objection(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivePoint:
    """The point is not known to be invalid or somebody else's."""

    def objection(
        self, question: Question, facts: Facts, places: Sequence[Place]
    ) -> Objection | None:
        return (
            None if facts.point_status == "active" else Objection(None, facts.point_status)
        )
