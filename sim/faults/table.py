"""The result of a run with faults: a table in markdown, the violations, and JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from sim.faults.judgement import Judged, Judgement, Violation, What
from sim.faults.kinds import KINDS, title

AIM_S = 5.0  # pacing again
SHOWN = 30  # violations; the rest is counted
NOBODY = "(fora de falhas)"
_COLUMNS = (
    "falha", "vezes", "em curso", "perdidas", "dobradas", "presos", "switch_lost",
    "fim pelo CEL", "silêncio demais", "invariantes", "discando de novo (s)",
    "serviço completo (s)",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of fault in the table. Times are seconds from the fault on."""

    kind: str
    times: int
    in_flight: int
    lost: int
    doubled: int
    stuck: int
    switch_lost: int
    by_record: int
    silent: int
    broken: int
    paced_s: tuple[float, ...]
    served_s: tuple[float, ...]


def rows(judged: Judgement) -> list[Row]:
    """One row for each kind that was done, and one for what falls in no fault's time."""
    found = [
        _row(
            kind.name,
            [one for one in judged.faults if one.fault.kind == kind.name],
            [v for v in judged.violations if v.fault and v.fault.kind == kind.name],
        )
        for kind in KINDS
        if any(one.fault.kind == kind.name for one in judged.faults)
    ]
    others = [v for v in judged.violations if v.fault is None]
    return [*found, _row(NOBODY, [], others)] if others else found


def _row(kind: str, faults: Sequence[Judged], violations: Iterable[Violation]) -> Row:
    counted = [violation.what for violation in violations]
    return Row(
        kind=kind,
        times=len(faults),
        in_flight=sum(one.in_flight for one in faults),
        lost=counted.count(What.LOST),
        doubled=counted.count(What.DOUBLED),
        stuck=counted.count(What.STUCK),
        switch_lost=sum(one.switch_lost for one in faults),
        by_record=sum(one.by_record for one in faults),
        silent=counted.count(What.SILENT),
        broken=counted.count(What.BROKEN) + counted.count(What.DOWN),
        paced_s=tuple(
            f.paced_at - f.over_at
            for f in (one.fault for one in faults)
            if f.paced_at is not None
        ),
        served_s=tuple(
            f.served_at - f.over_at
            for f in (one.fault for one in faults)
            if f.served_at is not None
        ),
    )


def markdown(judged: Judgement, not_done: Sequence[str] = ()) -> Iterator[str]:
    """Yield the report for people."""
    yield "| " + " | ".join(_COLUMNS) + " |"
    yield "| --- |" + " ---: |" * (len(_COLUMNS) - 1)
    for row in rows(judged):
        name = row.kind if row.kind == NOBODY else title(row.kind)
        counts = (
            row.times, row.in_flight, row.lost, row.doubled, row.stuck, row.switch_lost,
            row.by_record, row.silent, row.broken,
        )  # fmt: skip
        times = (_times(row.paced_s), _times(row.served_s))
        yield f"| {name} | " + " | ".join((*map(str, counts), *times)) + " |"
    yield ""
    yield from _said(judged, not_done)


def _said(judged: Judgement, not_done: Sequence[str]) -> Iterator[str]:
    quiet = [f.longest_quiet_s for f in judged.faults if f.longest_quiet_s is not None]
    yield (
        f"{len(judged.faults)} falhas, {judged.attempts} tentativas, {judged.listened} "
        f"atendidas ouvidas; maior silêncio em falha: {max(quiet, default=0):.2f} s"
    )
    slow = [p for row in rows(judged) for p in row.paced_s if p > AIM_S]
    yield f"Discando de novo em até {AIM_S:g} s: " + (
        "sempre" if not slow else f"menos em {len(slow)} de {len(judged.faults)}"
    )
    for reason in not_done:
        yield f"NÃO FEITO: {reason}"
    for violation in judged.violations[:SHOWN]:
        yield f"  {_where(violation)}: {violation.says}"
    if len(judged.violations) > SHOWN:
        yield f"  ... e mais {len(judged.violations) - SHOWN}"
    yield "APROVADO" if judged.good and not not_done else "REPROVADO"


def _where(violation: Violation) -> str:
    fault = violation.fault
    return NOBODY if fault is None else f"{fault.kind} {fault.nth}"


def _times(seconds: Sequence[float]) -> str:
    """Median and worst; one figure is itself.

    >>> _times((1.0, 2.0, 9.04))
    '2.0, até 9.0'
    """
    if not seconds:
        return "-"
    if len(seconds) == 1:
        return f"{seconds[0]:.1f}"
    return f"{median(seconds):.1f}, até {max(seconds):.1f}"


def as_json(judged: Judgement, not_done: Sequence[str] = ()) -> dict[str, Any]:
    """Return the report for programs."""
    return {
        "good": judged.good and not not_done,
        "attempts": judged.attempts,
        "listened": judged.listened,
        "not_done": list(not_done),
        "rows": [
            {
                "kind": row.kind,
                "times": row.times,
                "in_flight": row.in_flight,
                "lost": row.lost,
                "doubled": row.doubled,
                "stuck": row.stuck,
                "switch_lost": row.switch_lost,
                "by_record": row.by_record,
                "silent": row.silent,
                "broken": row.broken,
                "paced_s": [round(s, 2) for s in row.paced_s],
                "served_s": [round(s, 2) for s in row.served_s],
            }
            for row in rows(judged)
        ],
        "violations": [
            {"what": v.what.value, "where": _where(v), "says": v.says}
            for v in judged.violations
        ],
    }
