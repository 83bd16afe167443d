"""The settings of a day, from what is stored now and what was changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dialer.campaigns.running import DEFAULT_LIMITS, parse_policy
from dialer.pacing import Policy
from dialer.what_if.store import SETTINGS

_OF_POLICY = ("mode", "limits", "ratio", "max_cps", "max_lines", "inbound_target")
_OF_TERMS = ("ring_timeout_s", "threshold_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a campaign is set to: its stored policy and two of its times."""

    policy: Mapping[str, Any]
    ring_timeout_s: float
    threshold_s: float

    @property
    def mode(self) -> str:
        return str(self.policy.get("mode", "predictive"))

    def parsed(self) -> Policy:
        """Raises BadPolicy, TypeError, ValueError for what is not known."""
        return parse_policy(dict(self.policy), self.threshold_s)


@dataclass(frozen=True, slots=True)
class Changed:
    """One row of the history: field -> (before, after)."""

    at: datetime
    what: Mapping[str, Sequence[Any]]


def undone(terms: Terms, what: Mapping[str, Sequence[Any]]) -> Terms:
    """Return the terms as they were before a change.

    >>> now = Terms(policy={"mode": "ratio", "ratio": 2}, ring_timeout_s=30, threshold_s=2)
    >>> dict(undone(now, {"mode": [None, "ratio"], "ratio": [None, 2]}).policy)
    {}
    """
    policy = dict(terms.policy)
    for name, (before, _) in what.items():
        if name not in _OF_POLICY:
            continue
        if before is None:
            policy.pop(name, None)
        else:
            policy[name] = before
    if "target" in what:
        before, after = what["target"]
        limits = policy.get("limits") or DEFAULT_LIMITS
        policy["limits"] = [[before if s == after else s, w] for s, w in limits]
    times = {name: what[name][0] for name in _OF_TERMS if name in what}
    return Terms(
        policy=policy,
        ring_timeout_s=float(times.get("ring_timeout_s", terms.ring_timeout_s)),
        threshold_s=float(times.get("threshold_s", terms.threshold_s)),
    )


def terms_over(
    now: Terms, changes: Sequence[Changed], since: datetime, until: datetime
) -> list[tuple[float, Terms]]:
    """What held from `since` to `until`: (seconds after `since`, terms), the first at 0.

    `changes`: all since `since`, in any order.
    """
    found: list[tuple[float, Terms]] = []
    for change in sorted(changes, key=lambda one: one.at, reverse=True):
        if change.at <= since:
            break
        if change.at < until and _matters(change.what):
            found.append(((change.at - since).total_seconds(), now))
        now = undone(now, change.what)
    return [(0.0, now), *reversed(found)]


def _matters(what: Mapping[str, Sequence[Any]]) -> bool:
    return not what.keys().isdisjoint(SETTINGS)
