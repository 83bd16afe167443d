"""How much one page may say: a bucket that refills. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

BURST = 60.0  # messages; a call with its candidates takes about ten
PER_SECOND = 20.0


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left at an instant (seconds of any steady clock)."""

    at: float
    left: float = BURST

    def take(self, now: float) -> Bucket | None:
        """The bucket after one more message; None when it is empty.

        >>> Bucket(0.0, 1.0).take(0.0)
        Bucket(at=0.0, left=0.0)
        >>> Bucket(0.0, 0.0).take(0.0) is None
        True
        """
        refilled = min(BURST, self.left + max(0.0, now - self.at) * PER_SECOND)
        if refilled < 1:
            return None
        return replace(self, at=now, left=refilled - 1)
