"""Real recordings of answers, put beside the labelled set by whoever has some.

A folder with `respostas.csv` (columns `arquivo;estado;significa;valor`) and the WAV files
that it names. Nothing of it is copied, and no file's name is printed beside what was said.
"""

from __future__ import annotations

import csv
from pathlib import Path

from sim.openings.labelled import Opening
from sim.utterances.labelled import Kind, Utterance
from ura.flow.nodes import Ask
from ura.scripts.flows import shipped

TABLE, COLUMNS = "respostas.csv", ("arquivo", "estado", "significa", "valor")
REAL = "real"  # as a line is named
_YES_NO = frozenset({"yes", "no"})


class BadRecordings(ValueError):
    """A pasta de gravações tem um erro; a mensagem diz a linha."""


def recorded(folder: Path) -> list[tuple[Utterance, Path]]:
    """Return each answer and its file; none without a table. Raises BadRecordings."""
    table = folder / TABLE
    if not table.is_file():
        return []
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter=";")
        lacks = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if lacks:
            raise BadRecordings(f"{table}: falta a coluna {lacks[0]}")
        return [_answer(folder, row, number) for number, row in enumerate(rows, start=2)]


def _answer(folder: Path, row: dict[str, str], number: int) -> tuple[Utterance, Path]:
    name, state, means, value = (str(row[column] or "").strip() for column in COLUMNS)
    where = f"{folder / TABLE}:{number}"
    path = folder / name
    if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        raise BadRecordings(f"{where}: não há o arquivo “{name}” nesta pasta")
    question = shipped("receptive").states.get(state)
    if not isinstance(question, Ask):
        raise BadRecordings(f"{where}: “{state}” não é uma pergunta do fluxo")
    kind: Kind = "menu"
    if not means:
        kind = "off_topic"
    elif value:
        kind = "value"
    elif means in _YES_NO:
        kind = "yes_no"
    sound = Opening(id=f"real-{number}", part="report", label="person")
    answer = Utterance(
        kind=kind, state=state, means=means, value=value, line=REAL, sound=sound
    )
    return answer, path
