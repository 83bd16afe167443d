"""Column types that keep a rule of the house: aware time, exact money, sealed text."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

CENT = Decimal("0.01")


class NaiveDatetime(ValueError):
    """A datetime without zone was about to be stored."""


class InexactCents(ValueError):
    """An amount with fractions of a cent was about to be stored."""


class UtcDateTime(TypeDecorator[datetime]):
    """`timestamptz` that refuses naive values and always returns UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise NaiveDatetime(value)
        return value

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        return None if value is None else value.astimezone(UTC)


class Cents(TypeDecorator[Decimal]):
    """`Decimal` reais in Python, integer cents in the database. Never rounds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value != value.quantize(CENT):
            raise InexactCents(value)
        return int(value * 100)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else (Decimal(value) / 100).quantize(CENT)
