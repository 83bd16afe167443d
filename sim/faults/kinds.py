"""The faults there are: their names, and how people call them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of fault. `needs` names what must stand for it besides the centre."""

    name: str
    title: str  # pt-BR
    switch_dies: bool = False
    needs: str = ""  # browser | clock | disk | callers
    lost_leg: bool = False  # an agent's sound goes without a word


KINDS = (
    Kind(name="kill_dialer", title="kill -9 no dialer"),
    Kind(name="kill_ura", title="kill -9 na ura", needs="callers"),
    Kind(name="kill_worker", title="kill -9 no worker"),
    Kind(name="ami_before", title="AMI cortada antes de a ação chegar"),
    Kind(name="ami_unanswered", title="AMI cortada antes da resposta"),
    Kind(name="ami_between", title="AMI cortada entre resposta e eventos"),
    Kind(name="ami_after", title="AMI cortada depois dos eventos"),
    Kind(name="kill_asterisk", title="Asterisk morto e reiniciado", switch_dies=True),
    Kind(name="kill_postgres", title="PostgreSQL morto e reiniciado"),
    Kind(name="kill_valkey", title="Valkey morto e esvaziado"),
    Kind(name="carrier_silent", title="operadora muda"),
    Kind(name="carrier_refuses", title="operadora recusa tudo"),
    Kind(name="carrier_answers", title="operadora atende todas de uma vez"),
    Kind(name="kill_console", title="kill -9 no console", needs="browser"),
    Kind(name="browser_closed", title="navegador fechado", needs="browser", lost_leg=True),
    Kind(
        name="browser_reloaded", title="página recarregada", needs="browser", lost_leg=True
    ),
    Kind(name="browser_5s", title="navegador 5 s sem rede", needs="browser", lost_leg=True),
    Kind(
        name="browser_60s", title="navegador 60 s sem rede", needs="browser", lost_leg=True
    ),
    Kind(name="clock_moved", title="relógio do dialer deslocado", needs="clock"),
    Kind(name="disk_full", title="disco das gravações cheio", needs="disk"),
)
NAMES = tuple(kind.name for kind in KINDS)
BY_NAME = {kind.name: kind for kind in KINDS}
OFTEN, TIMES = "kill_dialer", 30  # of `make faults`
SELDOM = 10  # each other fault is done once for so many of the one that is done often


def title(name: str) -> str:
    """How people call a kind.

    >>> title("browser_reloaded")
    'página recarregada'
    """
    return BY_NAME[name].title


def planned(only: Collection[str], times: int | None) -> list[tuple[Kind, int]]:
    """Which kinds, and how often each: those named so often, or all of them in proportion.

    >>> sum(times for _, times in planned((), None))
    87
    >>> [(kind.name, times) for kind, times in planned(("kill_ura",), 7)]
    [('kill_ura', 7)]
    """
    often = times or TIMES
    if only:
        return [(kind, times or _share(kind, often)) for kind in KINDS if kind.name in only]
    return [(kind, _share(kind, often)) for kind in KINDS]


def _share(kind: Kind, often: int) -> int:
    return often if kind.name == OFTEN else max(1, often // SELDOM)
