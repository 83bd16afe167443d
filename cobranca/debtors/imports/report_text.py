"""What the command says of an import: for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC
from typing import Any

from cobranca.debtors.imports.error_file import ErrorFile
from cobranca.debtors.imports.mapping import SURE, ColumnMap, as_json
from cobranca.debtors.imports.service import Order, Report
from foundation.brasil.dates import HOURS_OF, format_instant

FIELD_LABELS = {
    "amount": "valor",
    "due_on": "vencimento",
    "name": "nome",
    "birth_date": "nascimento",
    "uf": "uf",
    "address": "endereço",
    "product": "produto",
    "contracted_on": "data do contrato",
    "portfolio": "carteira",
    "phone": "telefone novo",
    "score": "chance de atender",
}
STATUS_LABELS = {
    "mapping": "aguarda mapeamento",
    "checking": "conferindo",
    "checked": "aguarda confirmação",
    "applying": "gravando",
    "done": "aplicada",
    "undoing": "desfazendo",
    "undone": "desfeita",
    "failed": "falhou",
    "interrupted": "interrompida",
    "discarded": "descartada",
}
_EXAMPLES = 3


def report_json(report: Report, order: Order, error_file: ErrorFile) -> str:
    figures = {
        "import_id": str(order.import_id) if report.written else None,
        "dry_run": order.dry_run,
        "rows": report.rows,
        **asdict(report.counts),
        "warnings": report.warnings,
        "changes": {name: change.total for name, change in report.diff.fields.items()},
        "errors_file": str(error_file.path) if error_file.written else None,
        "form": report.form,
        "encoding": report.encoding,
        "delimiter": report.delimiter,
        "ignored_columns": report.ignored_columns,
        "notes": report.notes,
    }
    return json.dumps(figures, ensure_ascii=False)


def report_text(report: Report, order: Order, error_file: ErrorFile) -> str:
    counts = report.counts
    lines = [
        f"{order.file_name}: {report.rows} linhas, {report.form}",
        f"  novos      {counts.new:>9}",
        f"  alterados  {counts.changed:>9}",
        f"  iguais     {counts.same:>9}",
        f"  repetidos  {counts.repeated:>9}  (a mesma parcela outra vez no arquivo)",
        f"  recusados  {counts.refused:>9}",
        f"Devedores novos: {counts.new_debtors}; telefones novos: {counts.new_points}.",
        *_changes(report),
        *report.notes,
    ]
    if report.ignored_columns:
        lines.append(f"Colunas que não foram lidas: {', '.join(report.ignored_columns)}.")
    if report.creditor_is_new:
        lines.append(f"Credor novo: {order.creditor}.")
    if error_file.written:
        told = f"{counts.refused} linhas recusadas e {report.warnings} avisos"
        lines.append(f"{told}, com os motivos, em {error_file.path}")
    if order.dry_run:
        lines.append("Conferência apenas: nada foi gravado.")
    else:
        lines.append(f"Para desfazer: acordo import undo {order.import_id}")
    return "\n".join(lines)


def _changes(report: Report) -> list[str]:
    lines = []
    for name, changes in report.diff.fields.items():
        lines.append(f"Muda {FIELD_LABELS[name]}: {changes.total}")
        lines += [
            f"  linha {one.line}, {one.name}: {one.old or '(vazio)'} → {one.new}"
            for one in changes.examples[:_EXAMPLES]
        ]
    return lines


def mapping_text(columns: ColumnMap, *, machine: bool) -> str:
    """Return the mapping; for programs in the form that `--mapping` reads."""
    if machine:
        headers = [column.header for column in columns.columns]
        return json.dumps(as_json(headers, columns.targets), ensure_ascii=False, indent=2)
    width = max((len(column.header) for column in columns.columns), default=0)
    lines = []
    for column in columns.columns:
        field = str(column.field) if column.field else "(não é lida)"
        doubt = "" if column.field is None else _certainty(column.confidence)
        samples = ", ".join(column.samples)
        lines.append(f"{column.header:<{width}}  {field:<14}{doubt:<12}{samples}")
    if columns.missing:
        lines.append(f"Faltam: {', '.join(map(str, columns.missing))}.")
    for field, names in columns.repeated.items():
        lines.append(f"Mais de uma coluna para {field}: {', '.join(names)}.")
    return "\n".join(lines)


def _certainty(confidence: float) -> str:
    if confidence >= SURE:
        return "certa"
    return "provável" if confidence >= 0.5 else "confira"


def list_text(rows: Sequence[Any], *, machine: bool) -> str:
    if machine:
        return json.dumps([_line(row) for row in rows], ensure_ascii=False)
    if not rows:
        return "Nenhuma importação ainda. Para começar: acordo import debtors ARQUIVO"
    lines = [
        f"{row.id}  {format_instant(row.created_at)}  {row.created_by:<16}"
        f"{STATUS_LABELS[row.status]:<20}{row.creditor} / {row.portfolio}: {row.file_name}"
        for row in rows
    ]
    return "\n".join([*lines, HOURS_OF])


def _line(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "status": row.status,
        "created_at": row.created_at.astimezone(UTC).isoformat(),
        "created_by": row.created_by,
        "creditor": row.creditor,
        "portfolio": row.portfolio,
        "file_name": row.file_name,
        "counts": row.counts,
    }
