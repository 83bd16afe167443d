"""Compare what the dialer believes with what the carrier saw, row for row.

Pure. Both sides name a network outcome in their own way of knowing it; they must agree
for every call. Calls to one number are put in the order of time, and the nth of one side
stands against the nth of the other. What the dialer did not send has no row at the
carrier.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NOT_SENT = "not_sent"
OPEN = "open"  # the dialer has no outcome yet
ABSENT = "absent"  # this side has no such call

LEAST_CALLS = 200
LEAST_OUTCOMES = 5


@dataclass(frozen=True, slots=True, order=True)
class Seen:
    """One call as one side saw it; `at` orders the calls of a number (epoch seconds)."""

    number: str
    at: float
    outcome: str


@dataclass(frozen=True, slots=True)
class Pair:
    """The nth (from 1) call to a number, as both sides name it."""

    number: str
    nth: int
    dialer: str
    carrier: str

    @property
    def differs(self) -> bool:
        return self.dialer != self.carrier


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    outcome: str
    dialer: int
    carrier: int

    @property
    def difference(self) -> int:
        return self.dialer - self.carrier


@dataclass(frozen=True, slots=True)
class Comparison:
    pairs: tuple[Pair, ...]
    not_sent: int

    @property
    def differences(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if pair.differs)

    @property
    def lines(self) -> tuple[Line, ...]:
        dialer = Counter(pair.dialer for pair in self.pairs)
        carrier = Counter(pair.carrier for pair in self.pairs)
        names = sorted((set(dialer) | set(carrier)) - {ABSENT})
        lines = [Line(name, dialer[name], carrier[name]) for name in names]
        return (*lines, Line(NOT_SENT, self.not_sent, 0)) if self.not_sent else tuple(lines)

    @property
    def placed(self) -> int:
        """How many calls the carrier saw."""
        return sum(pair.carrier != ABSENT for pair in self.pairs)

    @property
    def outcomes(self) -> int:
        """How many different outcomes the carrier saw."""
        return len({pair.carrier for pair in self.pairs} - {ABSENT})


def compare(dialer: Iterable[Seen], carrier: Iterable[Seen]) -> Comparison:
    """Pair the calls of both sides."""
    asked = list(dialer)
    ours = _by_number(seen for seen in asked if seen.outcome != NOT_SENT)
    theirs = _by_number(carrier)
    pairs: list[Pair] = []
    for number in sorted(set(ours) | set(theirs)):
        left, right = ours.get(number, []), theirs.get(number, [])
        pairs.extend(
            Pair(number, nth + 1, _outcome(left, nth), _outcome(right, nth))
            for nth in range(max(len(left), len(right)))
        )
    return Comparison(tuple(pairs), sum(seen.outcome == NOT_SENT for seen in asked))


def failings(
    found: Comparison,
    *,
    least_calls: int = LEAST_CALLS,
    least_outcomes: int = LEAST_OUTCOMES,
) -> tuple[str, ...]:
    """Say in pt-BR why a run does not count as good; empty when it does."""
    said = []
    if found.differences:
        said.append(f"{len(found.differences)} chamada(s) com desfechos diferentes")
    if found.placed < least_calls:
        said.append(f"só {found.placed} chamadas, esperado ao menos {least_calls}")
    if found.outcomes < least_outcomes:
        said.append(f"só {found.outcomes} desfechos, esperado ao menos {least_outcomes}")
    return tuple(said)


def _by_number(calls: Iterable[Seen]) -> dict[str, list[Seen]]:
    found: defaultdict[str, list[Seen]] = defaultdict(list)
    for call in sorted(calls):
        found[call.number].append(call)
    return found


def _outcome(calls: Sequence[Seen], nth: int) -> str:
    return calls[nth].outcome if nth < len(calls) else ABSENT
