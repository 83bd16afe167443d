"""What `acordo import list` says: for people in Brasília's hours, for programs in UTC."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from uuid import UUID

from cobranca.debtors.imports.report_text import list_text

LATE_IN_BRASILIA = datetime(2026, 3, 11, 4, 5, tzinfo=timezone(timedelta(hours=3)))
ROW = SimpleNamespace(
    id=UUID(int=7), status="done", created_at=LATE_IN_BRASILIA, created_by="cli:ana",
    creditor="Banco Um", portfolio="Carteira", file_name="maio.csv", counts={},
)  # fmt: skip


def test_people_read_the_hour_of_brasilia_and_that_it_is() -> None:
    first, last = list_text([ROW], machine=False).splitlines()
    assert "  10/03/2026 22:05  " in first
    assert last == "Horários de Brasília (America/Sao_Paulo)."


def test_programs_read_utc() -> None:
    (told,) = json.loads(list_text([ROW], machine=True))
    assert told["created_at"] == "2026-03-11T01:05:00+00:00"
