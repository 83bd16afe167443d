"""A list whose leads are the rows of a trace: the virtual floor rings the same people.

Pure. What the trace does not tell (the agents' wrap-ups) is drawn; all other chances are
set so that the floor's rules come out as the row says.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.world.floor.leads import Lead
from sim.world.floor.scenario import (
    FloorScenario,
    Group,
    ListPart,
    Others,
    Rings,
    Shifts,
)
from sim.world.laws import Law
from sim.world.trace import ANSWERED, RINGS_ON, Kind, TraceRow

_HALF = 0.5  # chance of each lead, and of a refusal among the others; drawn numbers decide
_YES, _NO = 0.0, 0.99
_RINGS_OUT = (Kind.SILENT, Kind.EARLY_MEDIA)


class ListIsShort(ValueError):
    """The floor has called every row of the trace before the shift was over."""


class TracedLeads:
    """Hands out the rows in order; `rings` is a factor on all ring times."""

    def __init__(
        self, rows: Sequence[TraceRow], wrap_up_s: Law, seed: int, *, rings: float = 1.0
    ) -> None:
        rng = np.random.default_rng(seed)
        self._leads = [
            _lead(str(n), row, wrap_up_s.draw(rng), rings) for n, row in enumerate(rows)
        ]
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._leads) - self._at

    def take(self, _at_s: float) -> Lead:
        """The next row's lead; raises ListIsShort."""
        if not self.left:
            raise ListIsShort(f"{self._at} rows")
        self._at += 1
        return self._leads[self._at - 1]

    def scores(self, most: int) -> tuple[float, ...]:
        """A trace has none."""
        return ()


def floor_of(
    *, agents: int, seconds: float, ring_limit_s: float, target: float
) -> FloorScenario:
    """The floor on which a trace is played; rings and talks come from its rows."""
    return FloorScenario(
        name="trace",
        about="",
        hours=seconds / 3600.0,
        target=target,
        shifts=Shifts(groups=(Group(agents=agents),)),
        parts=(ListPart(share=1.0, p=_HALF),),
        rings=Rings(limit_s=ring_limit_s),
        others=Others(machine=0.0, busy=_HALF, invalid=0.0),
    )


def _lead(call: str, row: TraceRow, wrap_s: float, rings: float) -> Lead:
    after_s = (row.post_dial_s + row.ring_s) * rings
    rings_out = row.kind in _RINGS_OUT or row.code == RINGS_ON
    answered = row.kind in ANSWERED
    return Lead(
        call=call,
        p=_HALF,
        score=None,
        answer_u=_YES if answered else _NO,
        other_u=_NO if rings_out else _YES,
        human_ring_s=after_s,
        machine_ring_s=after_s,
        refusal_ring_s=after_s,
        talk_s=row.talk_s,
        wrap_s=wrap_s,
        machine_talk_s=row.talk_s,
        patience_s=float("inf"),
        greeting_start_s=0.0,
        greeting_end_s=0.0,
        amd_u=1.0,
        amd_s=0.0,
        review_u=1.0,
    )
