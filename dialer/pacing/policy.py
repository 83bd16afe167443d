"""What a campaign's supervisor may set about pacing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal, get_args

Mode = Literal["predictive", "progressive", "ratio", "erlang", "agentless"]
ClockStart = Literal["connect", "greeting_start", "greeting_end"]

MOST_LINES_PER_AGENT = 20.0


class BadPolicy(ValueError):
    """A setting of the policy is out of its range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Targets and limits.

    `limits` are pairs (share 0..1 of calls answered by a person that may be abandoned,
    rolling window in seconds); all hold at once. `ratio` is calls per idle agent.
    `inbound_target` is (share, within_s) of inbound calls to be answered in time.
    """

    limits: tuple[tuple[float, float], ...]
    mode: Mode = "predictive"
    ratio: float | None = None
    clock_start: ClockStart = "connect"
    threshold_s: float = 2.0
    min_ring_s: float = 15.0
    max_cps: float | None = None
    max_lines: int | None = None
    amd: bool = False
    amd_errors_count: bool = False
    inbound_target: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        for share, window_s in self.limits:
            if not 0 <= share <= 1 or not 0 < window_s < inf:
                raise BadPolicy(f"limit {share} over {window_s} s")
        if not self.threshold_s > 0 or not self.min_ring_s >= 0:
            raise BadPolicy(f"threshold {self.threshold_s} s, ring {self.min_ring_s} s")
        if self.mode not in get_args(Mode) or self.clock_start not in get_args(ClockStart):
            raise BadPolicy(f"mode {self.mode}, clock from {self.clock_start}")
        if self.mode == "ratio" and not 1 <= (self.ratio or 0) <= MOST_LINES_PER_AGENT:
            raise BadPolicy(f"{self.ratio} calls per idle agent")
        self._check_capacity()

    def _check_capacity(self) -> None:
        if self.max_cps is not None and not 0 < self.max_cps < inf:
            raise BadPolicy(f"{self.max_cps} calls/s")
        if self.max_lines is not None and self.max_lines < 0:
            raise BadPolicy(f"{self.max_lines} lines")
        if self.inbound_target is not None:
            share, within_s = self.inbound_target
            if not 0 <= share <= 1 or not 0 <= within_s < inf:
                raise BadPolicy(f"inbound {share} within {within_s} s")
