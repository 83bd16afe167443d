"""What a simulated number does when the trace has no row for it.

Simulated numbers are `+55 DD 90 OO xxxxx`; OO is read here. Refusals carry their SIP code
in it: 4xx its last two digits (86 is 486), 5xx and 6xx the first and the last (53 is 503).
Pure: a table of values.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sim.world.trace import RINGS_ON, Kind, Party, Timed, TraceRow

_HUMAN = Kind.HUMAN, 200
_OPENING = (Timed(0.4, "alo_dora"),)
_TALK = (
    Timed(0.4, "alo_alex"),
    Timed(4.0, "quero_pagar_hoje"),
    Timed(12.0, "manda_boleto"),
)
_NUMBER_LENGTH = 13


def _row(outcome: tuple[Kind, int], **more: object) -> TraceRow:
    kind, code = outcome
    times = {"post_dial_s": 0.3, "ring_s": 2.0} | more
    return TraceRow(number="0", nth=1, kind=kind, code=code, **times)  # type: ignore[arg-type]


SCRIPTED: Mapping[str, TraceRow] = MappingProxyType(
    {
        "00": _row(_HUMAN, talk_s=20.0, says=_TALK),
        "01": _row(_HUMAN, talk_s=600.0, hangs_up=Party.CALLER, says=_TALK),
        "02": _row(_HUMAN, talk_s=0.8, says=_OPENING),
        "05": _row(
            _HUMAN, talk_s=30.0, says=_OPENING, keys=(Timed(6.0, "1"), Timed(9.0, "2"))
        ),
        "09": _row(_HUMAN, talk_s=30.0),
        "20": _row(
            (Kind.MACHINE, 200), talk_s=30.0, says=(Timed(0.3, "caixa_postal_generica"),)
        ),
        "30": _row((Kind.NO_ANSWER, RINGS_ON)),
        "80": _row((Kind.NO_ANSWER, 480), ring_s=8.0),
        "08": _row((Kind.NO_ANSWER, 408), ring_s=8.0),
        "86": _row((Kind.BUSY, 486), ring_s=0.0),
        "60": _row((Kind.BUSY, 600), ring_s=0.0),
        "04": _row((Kind.INVALID, 404), ring_s=0.0),
        "10": _row((Kind.INVALID, 410), ring_s=0.0),
        "84": _row((Kind.INVALID, 484), ring_s=0.0),
        "64": _row((Kind.INVALID, 604), ring_s=0.0),
        "03": _row((Kind.REJECTED, 403), ring_s=0.0),
        "63": _row((Kind.REJECTED, 603), ring_s=4.0),
        "53": _row((Kind.CONGESTION, 503), ring_s=0.0),
        "50": _row((Kind.CONGESTION, 500), ring_s=0.0),
        "54": _row((Kind.CONGESTION, 504), ring_s=0.0),
        "88": _row((Kind.CONGESTION, 488), ring_s=0.0),
        "40": _row((Kind.SILENT, RINGS_ON)),
        "70": _row((Kind.EARLY_MEDIA, 404), says=(Timed(0.0, "numero_nao_existe"),)),
        "71": _row((Kind.EARLY_MEDIA, 480), says=(Timed(0.0, "fora_de_area"),)),
    }
)


def outcome_digits(number: str) -> str | None:
    """Return OO of a simulated number, or None for any other number.

    >>> outcome_digits("5511908612345")
    '86'
    """
    simulated = (
        len(number) == _NUMBER_LENGTH
        and number.isdigit()
        and number.startswith("55")
        and number[4:6] == "90"
    )
    return number[6:8] if simulated else None
