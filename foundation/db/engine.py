"""Engine and metadata. Rows are declared beside their subdomain, on this `Row` base."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import MetaData, Text, Uuid, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from foundation.db.address import DATABASE, OWNER, database_url
from foundation.db.types import Cents, UtcDateTime
from foundation.settings import ProcessSettings

__all__ = ["DATABASE", "OWNER", "Row", "connect", "database_url"]


class Row(DeclarativeBase):
    """Base of all rows; constraint names are stable, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        Decimal: Cents,
        UUID: Uuid,
        str: Text,
        dict[str, Any]: JSONB,
    }


def connect(
    settings: ProcessSettings, *, pool_size: int = 5, idle_s: float | None = None
) -> AsyncEngine:
    """Return an engine; it connects on first use and checks each connection it lends.

    Each new connection has the password that is valid then; those that are there stay.
    `idle_s`: the server ends a transaction in which nothing was asked for so long. Who
    stands still with locks in his hands keeps nobody else from them any longer.
    """
    arguments: dict[str, Any] = {"timeout": 5}
    if idle_s is not None:
        idle_ms = str(round(idle_s * 1000))
        arguments["server_settings"] = {"idle_in_transaction_session_timeout": idle_ms}
    engine = create_async_engine(
        database_url(settings),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        hide_parameters=True,  # they hold names and numbers of people
        connect_args=arguments,
    )

    def present_password(*given: Any) -> None:
        parameters = given[-1]
        parameters["password"] = make_url(database_url(settings)).password

    event.listen(engine.sync_engine, "do_connect", present_password)
    return engine
