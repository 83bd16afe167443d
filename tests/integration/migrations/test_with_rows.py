"""Migrations over a database that works already: nothing is lost, all finds its place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from foundation.db.migrate import upgrade
from tests.databases import copy_of

BEFORE_CORRECTIONS = "0008"
PLACED = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
# as the program of that revision wrote them
ROWS = (
    "INSERT INTO creditor VALUES (:c, 'Banco Um', NULL)",
    "INSERT INTO user_account (id, login, name, role, created_at)"
    " VALUES (:u, 'sonia', 'Sônia', 'supervisor', now())",
    "INSERT INTO agent (id, user_id, name, endpoint, active)"
    " VALUES (:a, :u, 'Sônia', 'web001', true)",
    "INSERT INTO debtor (id, kind, name, document_sealed, document_index, created_at,"
    " updated_at) VALUES (:d, 'person', 'Ângela Araújo', '', 'x', now(), now())",
    "INSERT INTO campaign (id, name, creditor_id, status, policy, caller_id,"
    " ring_timeout_s, threshold_s, wrap_up_s, retries, created_at, filter, size, version,"
    " progress) VALUES (:m, 'Maio', :c, 'filling', '{}', '', 30, 2, 30, '{}', now(), '{}',"
    " 1, 1, '{\"done\": 1}')",
    "INSERT INTO campaign_debtor (campaign_id, debtor_id, position, state, next_at,"
    " attempts) VALUES (:m, :d, 1, 'ready', now(), 0)",
    "INSERT INTO attempt (id, direction, campaign_id, debtor_id, number, route, epoch,"
    " placed_at, contact_day, answered_at, bridged_at, ended_at, outcome, agent_id,"
    " abandoned) VALUES (:t, 'outbound', :m, :d, '+5511900000001', 'trunk', 1, :placed,"
    " '2026-03-10', :answered, :answered, :ended, 'answered', :a, false)",
    "INSERT INTO attempt (id, direction, number, route, epoch, placed_at, contact_day,"
    " ended_at, outcome, abandoned) VALUES (:s, 'inbound', '+5511900000002', 'trunk', 1,"
    " :placed, '2026-03-10', :ended, 'answered', false)",
    "INSERT INTO disposition (id, attempt_id, agent_id, code, right_party, note, at)"
    " VALUES (:i, :t, :a, 'refused', true, 'não quis', now())",
    "INSERT INTO recording (id, attempt_id, creditor_id, path, key_id, seconds, channels,"
    " bytes, sha256, sealed_at) VALUES (:r, :t, :c, 'x', 'k', 30, 2, 9, 'x', :sealed),"
    " (:q, :s, NULL, 'y', 'k', 30, 2, 9, 'y', :sealed)",
)
CHANGES = (
    "UPDATE disposition_correction SET reason = ''",
    "DELETE FROM disposition_correction",
)
KEPT = ("creditor", "user_account", "agent", "debtor", "campaign", "campaign_debtor",
        "attempt", "disposition", "recording")  # fmt: skip


@pytest_asyncio.fixture
async def old(database: str) -> AsyncIterator[AsyncEngine]:
    """A database at the revision before corrections, with a little of everything."""
    empty = (
        make_url(database).set(database="template1").render_as_string(hide_password=False)
    )
    async with copy_of(empty, f"old_{uuid4().hex}") as url:
        await upgrade(url, BEFORE_CORRECTIONS)
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await _fill(connection)
        yield engine
        await engine.dispose()


async def _fill(connection: AsyncConnection) -> None:
    values = {name: uuid4() for name in "cuadmtsirq"} | {
        "placed": PLACED,
        "answered": PLACED + timedelta(seconds=7),
        "ended": PLACED + timedelta(seconds=40),
        "sealed": PLACED + timedelta(days=2),
    }
    for statement in ROWS:
        await connection.execute(text(statement), values)


async def counts(connection: AsyncConnection) -> dict[str, int]:
    return {
        table: await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608
        for table in KEPT
    }


async def test_a_database_of_before_corrections_goes_on_with_its_rows(
    old: AsyncEngine,
) -> None:
    async with old.connect() as connection:
        before = await counts(connection)
    assert min(before.values()) > 0
    await upgrade(old.url.render_as_string(hide_password=False))
    async with old.connect() as connection:
        assert await counts(connection) == before
        assert await connection.scalar(text("SELECT note FROM disposition")) == "não quis"
        assert await connection.scalar(text("SELECT priority FROM campaign")) == 0
        calls = "SELECT count(*) FROM attempt WHERE direction = 'outbound'"
        ended = text(f"{calls} AND outcome <> 'not_sent'")
        tally = text("SELECT coalesce(sum(calls), 0) FROM call_tally")
        assert await connection.scalar(tally) == await connection.scalar(ended)
        begun = text("SELECT began_at FROM recording ORDER BY began_at DESC")
        assert list((await connection.execute(begun)).scalars()) == [
            PLACED + timedelta(seconds=7),
            PLACED,  # never answered, as far as anybody knows
        ]
        key = text("SELECT name_key(name) FROM debtor")
        assert await connection.scalar(key) == "angela araujo"


async def test_an_old_disposition_is_corrected_and_what_was_is_kept_for_ever(
    old: AsyncEngine,
) -> None:
    await upgrade(old.url.render_as_string(hide_password=False))
    correction = text(
        "INSERT INTO disposition_correction (id, attempt_id, by, at, reason, before, after)"
        " SELECT gen_random_uuid(), d.attempt_id, u.id, now(), 'engano',"
        " jsonb_build_object('code', d.code), '{\"code\": \"promise\"}'"
        " FROM disposition d, user_account u"
    )
    async with old.begin() as connection:
        assert (await connection.execute(correction)).rowcount == 1
    for change in CHANGES:
        async with old.connect() as connection:
            with pytest.raises(DBAPIError, match="only ever added"):
                await connection.execute(text(change))


async def test_a_worker_of_the_version_before_still_seals(old: AsyncEngine) -> None:
    """It names no begin: the moment of sealing stands for it."""
    await upgrade(old.url.render_as_string(hide_password=False))
    async with old.begin() as connection:
        await connection.execute(text("DELETE FROM recording WHERE path = 'y'"))
        sealed = text(
            "INSERT INTO recording (id, attempt_id, path, key_id, seconds, channels, bytes,"
            " sha256, sealed_at) SELECT gen_random_uuid(), id, 'z', 'k', 1, 2, 9, 'z',"
            " clock_timestamp() FROM attempt WHERE direction = 'inbound'"
            " RETURNING began_at > now() - interval '1 minute'"
        )
        assert await connection.scalar(sealed) is True
