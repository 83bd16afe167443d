"""Price indices and rates by month: versioned tables, and what they come to over time.

Pure. A table holds published figures only, in percent of the month. Months after its last
one are not guessed: they add nothing, and who asks is told. Months before its first one,
or within a gap, cannot be answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType

_PLACES = 10**10  # a factor is rounded to ten decimals, half to even


class UnknownIndex(LookupError):
    """Não há tabela deste índice."""


class MonthNotInTable(LookupError):
    """A tabela do índice não tem este mês."""


class GapInTable(ValueError):
    """A tabela salta um mês."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexTable:
    """One version of an index; months are their first days. Raises GapInTable."""

    name: str
    version: str
    source: str
    values: Mapping[date, Decimal]  # percent of the month

    def __post_init__(self) -> None:
        if not self.values:
            raise GapInTable("vazia")
        for before, after in pairwise(sorted(self.values)):
            if next_month(before) != after:
                raise GapInTable(f"{before:%m/%Y} a {after:%m/%Y}")

    @property
    def last(self) -> date:
        return max(self.values)

    def percent(self, month: date) -> Decimal | None:
        """Return the month's figure; None when it is not published; MonthNotInTable."""
        if month > self.last:
            return None
        if month not in self.values:
            raise MonthNotInTable(f"{self.name} {month:%m/%Y}")
        return self.values[month]

    @property
    def label(self) -> str:
        """How the table is named where a balance is explained."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class Factor:
    """What an index came to. `published_to`: the last day covered, when that is not all."""

    value: Fraction
    published_to: date | None = None


class Indices:
    """The tables in force, by name."""

    def __init__(self, tables: Mapping[str, IndexTable]) -> None:
        self._tables = MappingProxyType(dict(tables))
        self._known: dict[tuple[str, date, date], Factor] = {}

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._tables)

    def table(self, name: str) -> IndexTable:
        """Return the table; raises UnknownIndex."""
        if name not in self._tables:
            raise UnknownIndex(name)
        return self._tables[name]

    def correction(self, name: str, since: date, until: date) -> Factor:
        """Return the factor from the month of `since` to the one before that of `until`.

        Months of falling prices count, yet the whole never falls below 1 (STJ, REsp
        1.361.191, general knowledge). Raises UnknownIndex, MonthNotInTable.
        """
        key = (name, month_of(since), month_of(until))
        if key not in self._known:
            self._known[key] = self._correction(*key)
        return self._known[key]

    def _correction(self, name: str, first: date, end: date) -> Factor:
        table = self.table(name)
        product = Fraction(1)
        missing = None
        for month in _months(first, end):
            percent = table.percent(month)
            if percent is None:
                missing = _last_day(table.last)
                break
            product *= 1 + Fraction(percent) / 100
        rounded = Fraction(round(product * _PLACES), _PLACES)
        return Factor(max(rounded, Fraction(1)), missing)

    def simple(self, name: str, since: date, until: date) -> Factor:
        """Return the sum of monthly rates, each by its days; `until` is not in it.

        (Resolução CMN 5.171/2024: simple, also within a month.) Raises UnknownIndex,
        MonthNotInTable.
        """
        table = self.table(name)
        total = Fraction(0)
        missing = None
        for month in _months(month_of(since), next_month(month_of(until))):
            following = next_month(month)
            days = (min(until, following) - max(since, month)).days
            if days <= 0:
                continue
            percent = table.percent(month)
            if percent is None:
                missing = _last_day(table.last)
                break
            total += Fraction(percent) / 100 * Fraction(days, (following - month).days)
        return Factor(total, missing)


def month_of(day: date) -> date:
    """Return the first day of that day's month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after.

    >>> next_month(date(2025, 12, 1))
    datetime.date(2026, 1, 1)
    """
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _months(first: date, end: date) -> Iterator[date]:
    """Months from `first` on, without `end`."""
    while first < end:
        yield first
        first = next_month(first)


def _last_day(month: date) -> date:
    return next_month(month) - timedelta(days=1)
