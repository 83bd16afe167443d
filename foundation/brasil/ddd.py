"""Which state a DDD belongs to and what time it is there.

Pure: a table of the 67 area codes in use (Anatel's numbering plan) and of the IANA zones
of Brazil. Two places need a decision of ours:

- DDD 97 covers the interior of Amazonas, most of it one hour behind Brasília and its
  west (Tabatinga, Eirunepé ...) two: both zones apply to it, so that whoever asks
  "what time is it there" gets two answers and obeys the stricter.
- DDD 81 is Recife, and also the 3,000 people of Fernando de Noronha, one hour ahead of
  it. We take Recife; phone libraries that take Noronha start the day there too early.

Acre, DDD 68, is two hours behind Brasília. No place has summer time since 2019.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Area:
    """One DDD: its state, and its IANA zones, the most populous first."""

    ddd: str
    uf: str
    zones: tuple[str, ...]

    @property
    def zone(self) -> str:
        return self.zones[0]


_SAO_PAULO = ("America/Sao_Paulo",)
_FORTALEZA = ("America/Fortaleza",)

# UF: (name, zones, its DDDs)
_STATES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "AC": ("Acre", ("America/Rio_Branco",), "68"),
    "AL": ("Alagoas", ("America/Maceio",), "82"),
    "AM": ("Amazonas", ("America/Manaus", "America/Eirunepe"), "92 97"),
    "AP": ("Amapá", ("America/Belem",), "96"),
    "BA": ("Bahia", ("America/Bahia",), "71 73 74 75 77"),
    "CE": ("Ceará", _FORTALEZA, "85 88"),
    "DF": ("Distrito Federal", _SAO_PAULO, "61"),
    "ES": ("Espírito Santo", _SAO_PAULO, "27 28"),
    "GO": ("Goiás", _SAO_PAULO, "62 64"),
    "MA": ("Maranhão", _FORTALEZA, "98 99"),
    "MG": ("Minas Gerais", _SAO_PAULO, "31 32 33 34 35 37 38"),
    "MS": ("Mato Grosso do Sul", ("America/Campo_Grande",), "67"),
    "MT": ("Mato Grosso", ("America/Cuiaba",), "65 66"),
    "PA": ("Pará", ("America/Belem", "America/Santarem"), "91 93 94"),
    "PB": ("Paraíba", _FORTALEZA, "83"),
    "PE": ("Pernambuco", ("America/Recife",), "81 87"),
    "PI": ("Piauí", _FORTALEZA, "86 89"),
    "PR": ("Paraná", _SAO_PAULO, "41 42 43 44 45 46"),
    "RJ": ("Rio de Janeiro", _SAO_PAULO, "21 22 24"),
    "RN": ("Rio Grande do Norte", _FORTALEZA, "84"),
    "RO": ("Rondônia", ("America/Porto_Velho",), "69"),
    "RR": ("Roraima", ("America/Boa_Vista",), "95"),
    "RS": ("Rio Grande do Sul", _SAO_PAULO, "51 53 54 55"),
    "SC": ("Santa Catarina", _SAO_PAULO, "47 48 49"),
    "SE": ("Sergipe", ("America/Maceio",), "79"),
    "SP": ("São Paulo", _SAO_PAULO, "11 12 13 14 15 16 17 18 19"),
    "TO": ("Tocantins", ("America/Araguaina",), "63"),
}

# Where a DDD has not all zones of its state.
_DDD_ZONES = {
    "91": ("America/Belem",),
    "92": ("America/Manaus",),
    "93": ("America/Santarem",),
    "94": ("America/Belem",),
}

STATE_NAMES = MappingProxyType({uf: name for uf, (name, _, _) in _STATES.items()})
UFS = frozenset(_STATES)

AREAS = MappingProxyType(
    {
        ddd: Area(ddd, uf, _DDD_ZONES.get(ddd, zones))
        for uf, (_, zones, ddds) in _STATES.items()
        for ddd in ddds.split()
    }
)


def area_of(ddd: str) -> Area | None:
    """Return the area of a DDD such as "11"; None for a code that is not in use."""
    return AREAS.get(ddd)


def area_of_number(e164: str) -> Area | None:
    """Return the area of a Brazilian number in E.164; None when it has no known DDD."""
    return AREAS.get(e164[3:5]) if e164.startswith("+55") else None


def zones_of_state(uf: str) -> tuple[str, ...]:
    """Return the IANA zones in use in a state; empty for an unknown one."""
    return _STATES[uf][1] if uf in _STATES else ()
