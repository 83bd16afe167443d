"""Nothing is said twice in a call in the same words: what comes again has a lead first.

Pure. A lead is a word or two that could stand before anything ("Muito bem."); no prompt
gets the same one twice, as long as there are others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Said = Mapping[str, tuple[str, ...]]  # prompt -> leads that it had; the first has none
NO_LEAD = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """The lead that comes before the prompt at `place`; none: `place` is negative."""

    place: int
    lead: str
    said: Said


def worded(prompts: Sequence[str], said: Said, leads: Sequence[str], turn: int) -> Wording:
    """Choose the lead of what is to be said now; `turn`: how many were given already.

    >>> worded(["a", "b"], {"b": ("",)}, ["so", "now"], 1)
    Wording(place=1, lead='now', said={'b': ('', 'now'), 'a': ('',)})
    """
    place = next((at for at, each in enumerate(prompts) if each in said), -1)
    lead = NO_LEAD
    if leads and place >= 0:
        lead = _fresh(said[prompts[place]], leads, turn)
    now = dict(said)
    for at, each in enumerate(prompts):
        own = lead if at == place else NO_LEAD
        now[each] = (*now.get(each, ()), own)
    return Wording(place if lead else -1, lead, now)


def _fresh(had: Sequence[str], leads: Sequence[str], turn: int) -> str:
    rotated = [leads[(turn + n) % len(leads)] for n in range(len(leads))]
    return next((lead for lead in rotated if lead not in had), rotated[0])
