"""What is kept of one shift of one pacer. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The figures of one shift that the table needs; shares 0..1, times of decisions µs."""

    scenario: str
    pacer: str
    seed: int
    occupancy: float
    abandoned_share: float
    humans: int
    worst_half_hour: float
    talk_min_per_agent_hour: float
    idle_s: float
    dials_per_talk: float
    decision_p50_us: float
    decision_p99_us: float
    wall_s: float
    inbound_in_time: float | None
