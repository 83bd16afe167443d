"""The JSON of what lists told of a campaign's numbers."""

from __future__ import annotations

from agent_console.supervision.pacing_forms import Form
from dialer.campaigns.list_scores import ListScores


class ScoresOut(Form):
    """Of `numbers` of the `debtors` who wait, `scored` have a chance that a list told.

    `whole` false: there are more debtors; these are the ones who come next.
    """

    numbers: int
    scored: int
    debtors: int
    whole: bool

    @classmethod
    def of(cls, told: ListScores) -> ScoresOut:
        return cls(
            numbers=told.numbers,
            scored=told.scored,
            debtors=told.debtors,
            whole=told.whole,
        )
