"""What a smoke run says at its end: one table, the rows that differ, and a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sim.world.compare import Comparison, Seen, compare, failings

SHOWN = 20  # rows that differ; the rest is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The comparison, and in pt-BR why the run does not count as good, if so."""

    found: Comparison
    failings: tuple[str, ...]

    @property
    def good(self) -> bool:
        return not self.failings


def judge(dialer: Sequence[Seen], carrier: Sequence[Seen]) -> Verdict:
    """Compare both sides; a comparison that would not notice an altered row is no good."""
    found = compare(dialer, carrier)
    said = failings(found)
    if carrier and not found.differences:
        noticed = compare(dialer, altered(carrier)).differences
        if len(noticed) != 1:
            said = (*said, "a comparação não notou uma linha alterada")
    return Verdict(found=found, failings=said)


def altered(truth: Sequence[Seen]) -> list[Seen]:
    """Return the carrier's rows with the middle one saying something else."""
    rows = sorted(truth)
    place = len(rows) // 2
    other = "answered" if rows[place].outcome != "answered" else "busy"
    rows[place] = replace(rows[place], outcome=other)
    return rows


def lines(verdict: Verdict) -> Iterator[str]:
    """Yield the report for people."""
    found = verdict.found
    yield f"{'desfecho':<16}{'discador':>10}{'operadora':>11}{'diferença':>11}"
    for line in found.lines:
        yield f"{line.outcome:<16}{line.dialer:>10}{line.carrier:>11}{line.difference:>+11}"
    different = found.differences
    yield (
        f"{found.placed} chamadas, {found.outcomes} desfechos, "
        f"{len(different)} linhas diferentes"
    )
    for pair in different[:SHOWN]:
        yield f"  {pair.number} ({pair.nth}ª): {pair.dialer} ≠ {pair.carrier}"
    if len(different) > SHOWN:
        yield f"  ... e mais {len(different) - SHOWN}"
    for failing in verdict.failings:
        yield f"REPROVADO: {failing}"
    if verdict.good:
        yield "APROVADO"


def as_json(verdict: Verdict, figures: dict[str, Any]) -> dict[str, Any]:
    """Return the report for programs."""
    found = verdict.found
    return {
        "good": verdict.good,
        "failings": list(verdict.failings),
        "placed": found.placed,
        "outcomes": {
            line.outcome: {
                "dialer": line.dialer,
                "carrier": line.carrier,
                "difference": line.difference,
            }
            for line in found.lines
        },
        "not_sent": found.not_sent,
        "differences": [asdict(pair) for pair in found.differences],
        **figures,
    }
