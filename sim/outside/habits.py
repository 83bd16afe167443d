"""How the simulated providers of messages behave: late, failing, told twice, or not at all.

Some addresses and numbers always behave the same, so that a scenario can want it: an e-mail
to `inexistente…@` is refused, to `cheia…@` bounces later, to `lenta…@` is taken at the
second try; a number whose scripted digits are 61 is never reached, 62 does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from foundation.brasil.phone import scripted_digits

NEVER_REACHED, NO_SUCH = "61", "62"
REFUSED, FULL, SLOW = "inexistente", "cheia", "lenta"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHabits:
    """Shares are 0..1; a delay is drawn evenly from its span in seconds."""

    delay_s: tuple[float, float] = (0.0, 0.0)
    undelivered_share: float = 0.0
    unreported_share: float = 0.0
    duplicate_share: float = 0.0
    busy_share: float = 0.0  # not taken now, but perhaps the next time


DEMONSTRATION = MessageHabits(
    delay_s=(0.5, 3.0),
    undelivered_share=0.02,
    unreported_share=0.01,
    duplicate_share=0.02,
    busy_share=0.02,
)


def exists(number: str) -> bool:
    return scripted_digits(number) != NO_SUCH


def is_reached(number: str) -> bool:
    return scripted_digits(number) != NEVER_REACHED
