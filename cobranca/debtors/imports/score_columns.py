"""Reading a file's columns of chances once before the file itself, to know their scale.

A list may be sorted by chance, so that its first rows say nothing of the others: all rows
are looked at, but only in files that have such a column. Blocks: call it from a thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from cobranca.debtors.imports.columns import Layout
from cobranca.debtors.imports.opening import open_table
from cobranca.debtors.imports.scores import Scale, Tally, scale_of
from cobranca.debtors.imports.xlsx.package import Limits

_MEANS = {Scale.SHARE: "0,85 é 85%", Scale.PERCENT: "85 é 85%"}


def weighed(path: Path, limits: Limits, sheet: str | None, layout: Layout) -> Layout:
    """Return the layout with the scale of its chances; columns that hold none are left out.

    `notes` tells both. Raises UnreadableFile.
    """
    places = _places(layout)
    if not places:
        return layout
    tallies = {place: Tally() for place in places}
    with open_table(path, limits, sheet) as table:
        for record in table.records():
            if record.cells is not None and len(record.cells) == len(layout.headers):
                for place, tally in tallies.items():
                    tally.note(record.cells[place])
    return judged(layout, tallies)


def judged(layout: Layout, tallies: Mapping[int, Tally]) -> Layout:
    """Decide by what the columns hold; `tallies` by place."""
    nonsense = [place for place, tally in tallies.items() if tally.is_nonsense]
    sound = [place for place in tallies if place not in nonsense]
    scale = scale_of([tallies[place] for place in sound])
    notes = list(layout.notes)
    if nonsense:
        why = "não traz chances de atender: foi deixada de lado"
        notes += [f"A coluna {_named(layout, [place])} {why}." for place in nonsense]
    if scale is None:
        names = _named(layout, sound)
        why = "há números até 1 e números acima de 1, e não dá para saber a escala"
        notes.append(f"Chances de atender deixadas de lado em {names}: {why}.")
        nonsense, scale = list(tallies), Scale.SHARE
    elif any(tallies[place].filled for place in sound):
        names = _named(layout, sound)
        notes.append(f"Chances de atender lidas {scale} ({_MEANS[scale]}) em {names}.")
    phones = tuple(
        replace(phone, score_index=None) if phone.score_index in nonsense else phone
        for phone in layout.phones
    )
    return replace(layout, phones=phones, scale=scale, notes=tuple(notes))


def _places(layout: Layout) -> list[int]:
    found = {phone.score_index for phone in layout.phones}
    return sorted(place for place in found if place is not None)


def _named(layout: Layout, places: list[int]) -> str:
    return ", ".join(f"“{layout.headers[place] or place + 1}”" for place in places)
