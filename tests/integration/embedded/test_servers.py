"""The embedded servers start, keep what they were told, and come back after a kill -9."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
import redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.db.engine import DATABASE, OWNER
from foundation.embedded import asterisk, postgres, valkey
from foundation.embedded.errors import DidNotStart, FolderClosed
from foundation.embedded.program import Program, running
from foundation.home import Home
from foundation.settings import ProcessSettings


async def _ask(home: Home, query: str, *, password: str | None = None) -> object:
    connection = await asyncpg.connect(
        host=str(home.sockets),
        user=OWNER,
        password=password or home.secret("postgres"),
        database=DATABASE,
    )
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_a_test_database_is_migrated_and_its_own(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        tables = await connection.scalar(
            text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        )
        name = await connection.scalar(text("SELECT current_database()"))
    assert tables > 10
    assert name.startswith("test_")


async def test_postgres_asks_for_the_generated_password(fresh_home: Home) -> None:
    fresh_home.prepare()
    postgres.prepare(fresh_home)
    with running(postgres.program(fresh_home), fresh_home.logs / "postgres.log"):
        assert await _ask(fresh_home, "SELECT 1") == 1
        with pytest.raises(asyncpg.InvalidPasswordError):
            await _ask(fresh_home, "SELECT 1", password="acordo")
        assert await _ask(fresh_home, "SHOW listen_addresses") == ""
        assert await _ask(fresh_home, "SHOW synchronous_commit") == "on"


@pytest.mark.skipif(os.getuid() != 0, reason="only root runs PostgreSQL as another user")
def test_a_folder_that_postgres_cannot_enter_is_named(fresh_home: Home) -> None:
    fresh_home.prepare()
    fresh_home.root.parent.chmod(0o700)
    with pytest.raises(FolderClosed, match=f"chmod o.x {fresh_home.root.parent}"):
        postgres.prepare(fresh_home)
    assert not fresh_home.postgres.exists()


async def test_postgres_comes_back_after_kill_with_its_rows(fresh_home: Home) -> None:
    fresh_home.prepare()
    postgres.prepare(fresh_home)
    log = fresh_home.logs / "postgres.log"
    with running(postgres.program(fresh_home), log) as server:
        await _ask(fresh_home, "CREATE TABLE kept AS SELECT 42 AS answer")
        server.kill()
        server.wait()
    # the number in the lock file now belongs to a living process that is no server
    pid_file = fresh_home.postgres / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    postgres.prepare(fresh_home)
    with running(postgres.program(fresh_home), log):
        assert await _ask(fresh_home, "SELECT answer FROM kept") == 42
    assert list(fresh_home.sockets.iterdir()) == []


def test_valkey_keeps_its_keys_over_a_kill(fresh_home: Home) -> None:
    fresh_home.prepare()
    valkey.prepare(fresh_home)
    log = fresh_home.logs / "valkey.log"
    url = valkey.redis_url(ProcessSettings(home=fresh_home.root))
    with running(valkey.program(fresh_home), log) as server:
        with redis.Redis.from_url(url) as client:
            client.set("kept", "42")
            client.execute_command("WAITAOF", 1, 0, 5000)
        server.kill()
        server.wait()
    with running(valkey.program(fresh_home), log):
        with redis.Redis.from_url(url) as client:
            assert client.get("kept") == b"42"
        without_password = f"unix://{fresh_home.sockets}/valkey.sock"
        with (
            redis.Redis.from_url(without_password) as client,
            pytest.raises(redis.AuthenticationError),
        ):
            client.ping()
    assert list(fresh_home.sockets.iterdir()) == []


def test_asterisk_boots_from_templates(
    fresh_home: Home, asterisk_prefix: Path, tmp_path: Path
) -> None:
    fresh_home.prepare()
    (tmp_path / "modules.conf").write_text("[modules]\nautoload=no\nload={{ module }}\n")
    instance = asterisk.Instance("asterisk", fresh_home, asterisk_prefix)
    instance.prepare()
    asterisk.render(tmp_path, instance.root, {"module": "pbx_config.so"})
    with running(instance.program(), fresh_home.logs / "asterisk.log"):
        assert instance.cli("core show version").startswith("Asterisk 22.")
        assert "pbx_config.so" in instance.cli("module show like pbx_config")
    assert asterisk.version(asterisk_prefix).startswith("22.")
    assert list(instance.run.iterdir()) == []


def test_what_ends_at_once_did_not_start(tmp_path: Path) -> None:
    program = Program(name="broken", argv=("sh", "-c", "echo why; exit 3"), ready=bool)
    with (
        pytest.raises(DidNotStart, match=r"broken: why"),
        running(program, tmp_path / "log"),
    ):
        pass


async def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path;"
        "from foundation.embedded.program import Program, running\n"
        "program = Program(name='x', argv=('sleep', '1000'), ready=lambda: True)\n"
        "with running(program, Path(sys.argv[1])) as child:\n"
        "    print(child.pid, flush=True); time.sleep(1000)\n"
    )
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, str(tmp_path / "log")), stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    watch = os.pidfd_open(child)
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(watch, ended.set)
    async with asyncio.timeout(10):
        await ended.wait()
    asyncio.get_running_loop().remove_reader(watch)
    os.close(watch)
