"""The answering-machine detector as the pacer sees it: delay, verdicts, errors. Pure.

Also where the clock of abandonment starts: at the connection, or where the greeting
begins or ends, which is learnt from the greetings heard.
"""

from __future__ import annotations

from dialer.pacing.ledger import LiveCall, Stage
from dialer.pacing.policy import Policy

_NEW = 0.03  # weight of the newest observation
_ERRORS = (0.2, 20.0)  # people among machines, before any sample: 1 %, worth 20 samples
_FIRST_DELAY_S = 2.0
_FIRST_GREETING_S = {"connect": 0.0, "greeting_start": 0.4, "greeting_end": 1.4}
_MARGIN_S = 0.1  # from a free agent to a joined one


class Detector:
    """`person_share` is the chance that an undecided call is a person."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.person_share = 0.5
        self.delay_s = _FIRST_DELAY_S if policy.amd else 0.0
        self._clock_s = _FIRST_GREETING_S[policy.clock_start]
        self._missed, self._judged = _ERRORS

    @property
    def error_share(self) -> float:
        """People among calls taken for machines."""
        return self._missed / self._judged

    @property
    def need_to_limit_s(self) -> float:
        """From an answer to the last instant at which an agent is in time."""
        limit_s = self._clock_s + self._policy.threshold_s - _MARGIN_S
        return max(limit_s, self.delay_s)

    def decided(self, call: LiveCall, at_s: float, *, person: bool) -> None:
        """The detector spoke about an answered call."""
        if call.stage is not Stage.UNDECIDED or call.answered_s is None:
            return
        self.person_share += _NEW * (float(person) - self.person_share)
        if person:
            self.delay_s += _NEW * (max(0.0, at_s - call.answered_s) - self.delay_s)

    def greeted(self, call: LiveCall, start_s: float, end_s: float) -> None:
        """A greeting was heard between those instants."""
        if call.answered_s is None or self._policy.clock_start == "connect":
            return
        at_s = start_s if self._policy.clock_start == "greeting_start" else end_s
        self._clock_s += _NEW * (max(0.0, at_s - call.answered_s) - self._clock_s)

    def judged(self, call: LiveCall, person: bool) -> float:
        """A verdict was reviewed; return people missed, less what was counted before.

        Verdicts of a person say nothing of the people that are missed.
        """
        if call.counted:
            return 0.0
        self._judged += 1.0
        self._missed += float(person)
        counted, call.doubt = call.doubt, 0.0
        return float(person) - counted
