"""How many requests one asker may make: a bucket each, filled at a steady rate. Pure."""

from __future__ import annotations

from collections import OrderedDict

BURST_S = 2.0  # so many seconds' worth may come at once
MOST_ASKERS = 10_000  # whoever has been quiet longest is forgotten: his bucket is full


class Pace:
    """Buckets by asker; the caller says what time it is, in seconds of any steady clock."""

    def __init__(self, per_s: float) -> None:
        self._per_s = per_s
        self._full = max(1.0, per_s * BURST_S)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, asker: str, now_s: float) -> bool:
        """Take one from the asker's bucket; False when it is empty."""
        left, at_s = self._buckets.pop(asker, (self._full, now_s))
        left = min(self._full, left + max(0.0, now_s - at_s) * self._per_s)
        allowed = left >= 1.0
        self._buckets[asker] = (left - 1.0 if allowed else left, now_s)
        if len(self._buckets) > MOST_ASKERS:
            self._buckets.popitem(last=False)
        return allowed
