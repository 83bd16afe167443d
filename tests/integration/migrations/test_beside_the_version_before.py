"""While processes are exchanged, those of a version before work on the newest tables."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationInfo
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from foundation.db import migrate
from foundation.db.migrate import TablesHeld, upgrade
from foundation.db.prepared import MIGRATIONS, newest
from tests.databases import copy_of
from tests.integration.migrations import schema
from tests.integration.migrations.schema import Column, Schema, troubles

# what was taken from a version before, and why it can bear it; nothing is added here
# without a reason
BORNE = {
    "campaign.progress: gone": "0010: shown while a list is filled, and by nobody else",
    "agent: CHECK (((endpoint IS NOT NULL) OR (NOT active)))": "0008: it always names one",
    "campaign: UNIQUE btree (order_key)": "0007: of a column it does not know",
    "robot_call: FOREIGN KEY (taken_by) REFERENCES user_account(id)": "0032: likewise",
    "suppression: FOREIGN KEY (creditor_id) REFERENCES creditor(id)": "0017: likewise",
    "suppression: FOREIGN KEY (debt_id) REFERENCES debt(id)": "0017: likewise",
    "suppression: FOREIGN KEY (recorded_by) REFERENCES user_account(id)": "0017: likewise",
    "suppression: CHECK (((debtor_id IS NOT NULL) OR (number IS NOT NULL)))":
        "0017: it suppresses debtors or numbers, nothing else",
    "attempt: UNIQUE btree (debtor_id) WHERE ((outcome IS NULL) AND"
    " (direction = 'outbound'::text))": "0014: it never dials one twice at once either",
    "call_event: TRIGGER only_added": "0014: it only ever adds",
    "call_event: UNIQUE btree (attempt_id) WHERE ((kind = ANY (ARRAY['hungup'::text,"
    " 'resolved'::text, 'not_sent'::text])) AND (epoch IS NOT NULL))":
        "0014: of a column it does not know",
}  # fmt: skip


@pytest_asyncio.fixture
async def empty(database: str) -> AsyncIterator[str]:
    """URL of a database without tables."""
    url = make_url(database).set(database="template1").render_as_string(hide_password=False)
    async with copy_of(url, f"beside_{uuid4().hex}") as made:
        yield made


def every_revision(connection: Connection) -> dict[str, Schema]:
    """Walk from nothing to the newest; the schema at each step, by revision."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    found: dict[str, Schema] = {}

    def applied(step: MigrationInfo) -> None:
        found[step.up_revision_ids[0]] = schema.read(connection)

    walk = EnvironmentContext(
        config, script, fn=lambda now, _: script._upgrade_revs("head", now)
    )
    walk.configure(
        connection=connection,
        on_version_apply=lambda ctx, step, heads, run_args: applied(step),
    )
    with walk:
        walk.run_migrations()
    return found


async def test_no_version_before_misses_what_it_relies_on(empty: str) -> None:
    engine = create_async_engine(empty)
    async with engine.begin() as connection:
        found = await connection.run_sync(every_revision)
    await engine.dispose()
    now = found[newest()]
    said = {line: revision for revision in found for line in troubles(found[revision], now)}
    assert len(found) > 40
    assert {line: said[line] for line in said.keys() - BORNE.keys()} == {}
    assert BORNE.keys() - said.keys() == set()


def _schema(**tables: dict[str, Column]) -> Schema:
    return Schema(tables, {"call": {"UNIQUE btree (id)"}}, {"facts(int)": {("a", "text")}})


def test_each_way_of_breaking_a_version_before_is_told() -> None:
    text_, maybe = Column("text", True, False), Column("text", False, False)
    filled = Column("text", True, True)
    old = _schema(call={"id": text_, "note": maybe, "kind": filled}, gone={"id": text_})
    new = _schema(
        call={"id": Column("uuid", True, False), "note": text_, "kind": text_,
              "owner": text_, "colour": filled, "shade": maybe},
    )  # fmt: skip
    new.narrowing["call"].add("CHECK (id <> '')")
    new.functions["facts(int)"] = {("b", "text")}
    assert sorted(troubles(old, new)) == [
        "call.id: was text, is uuid", "call.kind: is not filled any more",
        "call.note: may not be empty any more",
        "call.owner: not named by it, and must be", "call: CHECK (id <> '')",
        "facts(int): gives no [('a', 'text')]", "gone.id: gone",
    ]  # fmt: skip
    new.functions.clear()
    assert "facts(int): gone" in troubles(old, new)
    assert list(troubles(old, old)) == []


WAITS = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'")


async def test_a_copy_that_runs_is_waited_for_and_nobody_stands_in_line_behind(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy reads a table as long as it takes: whoever changes it must not wait there,
    for all who come after him would wait too."""
    monkeypatch.setattr(migrate, "ASIDE_S", 0.1)
    await upgrade(empty, "0039")
    engine = create_async_engine(empty)
    read = text("SELECT count(*) FROM contract_terms")
    async with engine.connect() as copy:
        await copy.execute(read)  # and its transaction stays open
        upgrading = asyncio.create_task(upgrade(empty))
        async with asyncio.timeout(60), engine.connect() as call:
            while not await call.scalar(WAITS):
                await asyncio.sleep(0.01)
            assert await call.scalar(read) == 0  # as soon as it stepped aside
        assert not upgrading.done()
    await upgrading
    async with engine.connect() as after:
        assert (
            await after.scalar(text("SELECT version_num FROM alembic_version")) == newest()
        )
    await engine.dispose()


async def test_who_holds_tables_for_too_long_is_told_and_nothing_is_changed(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "LOCK_S", 0.1)
    monkeypatch.setattr(migrate, "PATIENCE_S", 0.0)
    await upgrade(empty, "0039")
    engine = create_async_engine(empty)
    async with engine.connect() as copy:
        await copy.execute(text("SELECT count(*) FROM contract_terms"))
        with pytest.raises(TablesHeld, match="segura tabelas") as told:
            await upgrade(empty)
        assert "\n" not in str(told.value)
        assert await copy.scalar(text("SELECT version_num FROM alembic_version")) == "0039"
    await engine.dispose()
