"""How PostgreSQL and Valkey are, as metrics of the process that asks them now and then.

They show none of their own in a form that is scraped; what an operator must hear of in
time (connections running out, a transaction that holds everything up, memory, data that
are not kept) is asked for by one statement and one command. A server that does not answer
is a value, not a failure. It may not touch: anything in either server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.bus import connect
from foundation.embedded.valkey import redis_url
from foundation.metrics import REGISTRY
from foundation.process import Process
from foundation.settings import ProcessSettings

EVERY_S = 10.0
LIMIT_S = 5.0  # for an answer
AWAY = (RedisError, DBAPIError, OSError, TimeoutError)

# gauges, unless they end in _total
POSTGRES: Mapping[str, str] = {
    "acordo_postgres_connections": "Connections, of this database's and of other clients",
    "acordo_postgres_connections_limit": "Connections that the server allows",
    "acordo_postgres_waiting": "Connections that wait for a lock",
    "acordo_postgres_oldest_transaction_seconds": "Age of the oldest open transaction",
    "acordo_postgres_size_bytes": "Size of this database",
    "acordo_postgres_frozen_age_transactions": "Transactions since the oldest unfrozen row",
    "acordo_postgres_commits_total": "Transactions committed",
    "acordo_postgres_rollbacks_total": "Transactions rolled back",
    "acordo_postgres_deadlocks_total": "Deadlocks",
    "acordo_postgres_blocks_read_total": "Blocks that were not in the server's memory",
    "acordo_postgres_blocks_hit_total": "Blocks that were",
}
VALKEY: Mapping[str, str] = {
    "acordo_valkey_clients": "Connected clients",
    "acordo_valkey_memory_bytes": "Memory that the data take",
    "acordo_valkey_uptime_seconds": "Seconds since the server started",
    "acordo_valkey_kept": "1: the last write of its log to the disk succeeded",
    "acordo_valkey_commands_total": "Commands served",
    "acordo_valkey_evicted_total": "Keys thrown out for want of memory",
    "acordo_valkey_refused_total": "Connections refused: too many",
}
_ASK = text(
    """
    SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
             AS connections,
           current_setting('max_connections')::int AS connections_limit,
           (SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock')
             AS waiting,
           (SELECT coalesce(extract(epoch FROM max(clock_timestamp() - xact_start)), 0)
              FROM pg_stat_activity WHERE backend_type = 'client backend')
             AS oldest_transaction_seconds,
           pg_database_size(current_database()) AS size_bytes,
           (SELECT max(age(datfrozenxid)) FROM pg_database) AS frozen_age_transactions,
           xact_commit AS commits_total, xact_rollback AS rollbacks_total,
           deadlocks AS deadlocks_total, blks_read AS blocks_read_total,
           blks_hit AS blocks_hit_total
      FROM pg_stat_database WHERE datname = current_database()
    """
)


class ServerMetrics(Collector):
    """What was last heard of both; nothing but `up` of one that does not answer."""

    def __init__(self) -> None:
        self.postgres: Mapping[str, float] | None = None
        self.valkey: Mapping[str, float] | None = None

    def collect(self) -> Iterator[Metric]:
        for server, heard, told in (
            ("postgres", self.postgres, POSTGRES),
            ("valkey", self.valkey, VALKEY),
        ):
            yield GaugeMetricFamily(
                f"acordo_{server}_up", "1: it answers", value=float(heard is not None)
            )
            for name, meaning in told.items():
                if heard is not None:
                    yield _family(name, meaning, heard[name])


def _family(name: str, meaning: str, value: float) -> Metric:
    if name.endswith("_total"):
        return CounterMetricFamily(name.removesuffix("_total"), meaning, value=value)
    return GaugeMetricFamily(name, meaning, value=value)


async def serve(own: Process, engine: AsyncEngine, settings: ProcessSettings) -> None:
    """Ask both until the process is to stop."""
    found = ServerMetrics()
    client = connect(redis_url(settings))
    REGISTRY.register(found)
    try:
        while True:
            found.postgres = await postgres_now(engine)
            found.valkey = await valkey_now(client)
            if await own.pause(EVERY_S):
                return
    finally:
        REGISTRY.unregister(found)
        await client.aclose()


async def postgres_now(engine: AsyncEngine) -> Mapping[str, float] | None:
    """Values by name; None when it does not answer."""
    try:
        async with asyncio.timeout(LIMIT_S), engine.connect() as connection:
            row = (await connection.execute(_ASK)).one()
    except AWAY:
        return None
    return {f"acordo_postgres_{name}": float(v) for name, v in row._mapping.items()}


async def valkey_now(client: Redis) -> Mapping[str, float] | None:
    """Values by name; None when it does not answer."""
    try:
        async with asyncio.timeout(LIMIT_S):
            info: dict[str, Any] = await client.info()
    except AWAY:
        return None
    return {
        "acordo_valkey_clients": float(info["connected_clients"]),
        "acordo_valkey_memory_bytes": float(info["used_memory"]),
        "acordo_valkey_uptime_seconds": float(info["uptime_in_seconds"]),
        "acordo_valkey_kept": float(info.get("aof_last_write_status", "ok") == "ok"),
        "acordo_valkey_commands_total": float(info["total_commands_processed"]),
        "acordo_valkey_evicted_total": float(info["evicted_keys"]),
        "acordo_valkey_refused_total": float(info["rejected_connections"]),
    }
