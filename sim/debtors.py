"""Believable debtors from a seed: names, documents, debts and simulated telephones.

The same seed gives the same people for ever, so the lists are our own. States are drawn by
population (census of 2022), amounts are lognormal, and every telephone is in the simulated
range. Nobody here exists.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files

import numpy as np

from foundation.brasil.ddd import AREAS
from foundation.brasil.document import Document, complete_cnpj, complete_cpf
from foundation.brasil.phone import simulated_number

_PEOPLE = {  # thousands of inhabitants
    "SP": 44411, "MG": 20539, "RJ": 16055, "BA": 14142, "PR": 11444, "RS": 10883,
    "PE": 9059, "CE": 8795, "PA": 8121, "SC": 7610, "GO": 7057, "MA": 6777, "PB": 3975,
    "AM": 3942, "ES": 3834, "MT": 3659, "RN": 3303, "PI": 3271, "AL": 3128, "DF": 2817,
    "MS": 2757, "SE": 2210, "RO": 1581, "TO": 1511, "AC": 831, "AP": 734, "RR": 637,
}  # fmt: skip
_TRADES = ("Padaria", "Mercearia", "Oficina", "Papelaria", "Transportes", "Confecções")
_PRODUCTS = ("Cartão de crédito", "Crédito pessoal", "Cheque especial", "Financiamento")
_LETTERS = np.array(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
_COMPANY_SHARE = 0.06
_LETTERED_CNPJ_SHARE = 0.25  # of companies: registered since July 2026
_MOVED_SHARE = 0.06  # the address is in another state than the DDD
_CAPITAL_SHARE = 0.55  # of a state's people have its first DDD
_SERIALS = 100_000  # telephones in one DDD and script
_STEP = 61_803  # prime to the serials: each comes once, far from its neighbours


@dataclass(frozen=True, slots=True)
class DemoDebt:
    contract: str
    product: str
    instalments: tuple[tuple[Decimal, date], ...]  # amount, due date


@dataclass(frozen=True, slots=True)
class DemoDebtor:
    document: Document
    name: str
    birth_date: date | None
    uf: str
    phones: tuple[str, ...]  # E.164
    debt: DemoDebt


class TooManyDebtors(ValueError):
    """There are no more simulated telephones in a DDD for so many debtors."""


class DebtorMaker:
    """Draws debtors one after another; `as_of` is the day on which all debts are late."""

    def __init__(self, rng: np.random.Generator, as_of: date) -> None:
        self._rng = rng
        self._as_of = as_of
        self._states = tuple(_PEOPLE)
        self._chances = np.array(list(_PEOPLE.values())) / sum(_PEOPLE.values())
        names = tomllib.loads(files("sim").joinpath("names.toml").read_text("utf-8"))
        self._first_names: list[str] = names["first_names"]
        self._surnames: list[str] = names["surnames"]
        self._bases: set[str] = set()
        self._phones_given: Counter[str] = Counter()

    def debtors(self, count: int) -> Iterator[DemoDebtor]:
        """Yield so many debtors; raises TooManyDebtors."""
        for serial in range(1, count + 1):
            yield self._debtor(serial)

    def _debtor(self, serial: int) -> DemoDebtor:
        home = self._state()
        company = self._happens(_COMPANY_SHARE)
        phones = tuple(
            self._phone(home)
            for _ in range(1 + int(self._rng.choice(3, p=(0.35, 0.45, 0.2))))
        )
        return DemoDebtor(
            document=self._cnpj() if company else self._cpf(),
            name=self._company() if company else self._person(),
            birth_date=None if company else self._birth(),
            uf=self._state() if self._happens(_MOVED_SHARE) else home,
            phones=phones,
            debt=self._debt(serial),
        )

    def _happens(self, share: float) -> bool:
        return bool(self._rng.random() < share)

    def _pick(self, options: tuple[str, ...] | list[str]) -> str:
        return options[int(self._rng.integers(len(options)))]

    def _state(self) -> str:
        return self._states[int(self._rng.choice(len(self._states), p=self._chances))]

    def _phone(self, uf: str) -> str:
        ddds = [area.ddd for area in AREAS.values() if area.uf == uf]
        elsewhere = len(ddds) > 1 and not self._happens(_CAPITAL_SHARE)
        ddd = self._pick(ddds[1:]) if elsewhere else ddds[0]
        given = self._phones_given[ddd]
        if given == _SERIALS:
            raise TooManyDebtors(ddd)
        self._phones_given[ddd] += 1
        return simulated_number(ddd, given * _STEP % _SERIALS)

    def _cpf(self) -> Document:
        return Document("cpf", complete_cpf(self._new_base("0123456789", 9)))

    def _cnpj(self) -> Document:
        lettered = self._happens(_LETTERED_CNPJ_SHARE)
        root = self._new_base("".join(_LETTERS) if lettered else "0123456789", 8)
        return Document("cnpj", complete_cnpj(root + "0001"))

    def _new_base(self, letters: str, length: int) -> str:
        while True:
            places = self._rng.integers(len(letters), size=length)
            base = "".join(letters[place] for place in places)
            if base not in self._bases and len(set(base)) > 1:
                self._bases.add(base)
                return base

    def _person(self) -> str:
        surnames = [self._pick(self._surnames) for _ in range(2)]
        if surnames[0] == surnames[1]:
            surnames.pop()
        return " ".join([self._pick(self._first_names), *surnames])

    def _company(self) -> str:
        partners = " & ".join(self._pick(self._surnames) for _ in range(2))
        return f"{self._pick(_TRADES)} {partners} Ltda"

    def _birth(self) -> date:
        return self._as_of - timedelta(days=int(self._rng.integers(20 * 365, 80 * 365)))

    def _debt(self, serial: int) -> DemoDebt:
        """A median debt of about R$ 1.100 with a long tail, in 1 to 4 monthly parts."""
        count = 1 + int(self._rng.choice(4, p=(0.6, 0.2, 0.12, 0.08)))
        total = float(np.clip(self._rng.lognormal(7.0, 0.9), 50, 80_000))
        amount = Decimal(round(total * 100 / count)) / 100
        oldest = self._as_of - timedelta(days=int(self._rng.integers(30 * count, 900)))
        due = tuple((amount, oldest + timedelta(days=30 * place)) for place in range(count))
        return DemoDebt(f"DEMO-{serial:07d}", self._pick(_PRODUCTS), due)
