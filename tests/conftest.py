"""Real servers for tests: one PostgreSQL and one Valkey a run, clean for each test.

They are children of the test run and end with it. Each test gets a database of its own,
copied from a migrated one.
"""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
import redis
from hypothesis import HealthCheck
from hypothesis import settings as examples
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation import observability
from foundation.db.engine import connect, database_url
from foundation.db.migrate import upgrade
from foundation.embedded import asterisk, postgres, valkey
from foundation.embedded.program import running
from foundation.home import Home
from foundation.settings import PREFIX, ProcessSettings
from tests.builders.processes import Processes
from tests.databases import copy_of

pytest_plugins = ("tests.real_switch", "tests.console")

# no example has a deadline, no drawing is too slow: the machine is shared
examples.register_profile(
    "shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
examples.load_profile("shared machine")

ROOM = 4 * 2**30  # bytes, for the servers of all workers
LONGEST_FIRST = (
    "scenario",
    "browser",
    "calls",
    "faults",
    "api",
)  # so that no worker is left with one at the end


def pytest_collection(session: pytest.Session) -> None:
    """Compile the modules of tests once a run, not in each worker: each begins with others.

    What pytest makes of them stays on the disk, where the rest of the workers finds it.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        return
    given = (Path(argument) for argument in session.config.args)
    names = [found for folder in given for found in sorted(folder.rglob("test_*.py"))]
    count = int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    for name in names[int(worker.removeprefix("gw")) :: count]:
        with suppress(Exception):  # the collection itself meets it again, and reports it
            import_module(".".join(name.with_suffix("").parts))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders of long tests; the rest stays as it was shuffled."""
    items.sort(key=lambda item: item.path.parent.name not in LONGEST_FIRST)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Thousands of collected tests are no garbage: each full search went through them."""
    gc.collect()
    gc.freeze()


def pytest_configure() -> None:
    """Without this, pytest-asyncio makes an event loop that it never closes."""
    asyncio.set_event_loop(None)


@pytest.fixture(scope="session", autouse=True)
def _environment_of_our_own() -> Iterator[None]:
    """No setting of the person who runs the tests reaches them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(PREFIX):
                patch.delenv(name)
        yield


@pytest.fixture(autouse=True)
def _logs_as_nobody_configured_them() -> Iterator[None]:
    """A test that configures the logs changes them for itself alone."""
    yield
    observability.unconfigure()


def _in_memory() -> str | None:
    """Where copying a database takes a seventh of the time, if there is room."""
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder of our own there
    if not os.access(memory, os.W_OK | os.X_OK):
        return None
    return str(memory) if shutil.disk_usage(memory).free >= ROOM else None


@pytest.fixture(scope="session")
def home() -> Iterator[Home]:
    """State folder of this run's servers; short, for the sake of socket paths."""
    root = Path(tempfile.mkdtemp(prefix="acordo-test-", dir=_in_memory()))
    state = Home(root)
    state.prepare()
    yield state
    shutil.rmtree(root)


@pytest.fixture
def fresh_home() -> Iterator[Home]:
    """An unprepared state folder for one test."""
    root = Path(tempfile.mkdtemp(prefix="acordo-test-"))
    root.chmod(0o711)  # PostgreSQL passes through as another user when we are root
    yield Home(root / "var")
    shutil.rmtree(root)


@pytest_asyncio.fixture(scope="session")
async def database(home: Home) -> AsyncIterator[str]:
    """URL of the migrated database that each test's own is copied from. Do not connect."""
    postgres.prepare(home)
    program = postgres.program(home, postgres.WITHOUT_DURABILITY)
    with running(program, home.logs / "postgres.log"):
        url = database_url(ProcessSettings(home=home.root))
        await upgrade(url)
        yield url


@pytest_asyncio.fixture
async def db_url(database: str) -> AsyncIterator[str]:
    """URL of this test's own database, migrated and empty."""
    async with copy_of(database, f"test_{uuid4().hex}") as url:
        yield url


@pytest.fixture
def settings(db_url: str, valkey_url: str, home: Home) -> ProcessSettings:
    """What every process reads, on this test's database and an empty Valkey."""
    return ProcessSettings.model_validate(
        {"home": home.root, "database_url": db_url, "redis_url": valkey_url}
    )


@pytest.fixture
def settings_env(db_url: str, valkey_url: str, home: Home) -> dict[str, str]:
    """The same for the environment of a process that a test starts."""
    return {
        "ACORDO_HOME": str(home.root),
        "ACORDO_DATABASE_URL": db_url,
        "ACORDO_REDIS_URL": valkey_url,
    }


@pytest_asyncio.fixture
async def processes(settings_env: dict[str, str]) -> AsyncIterator[Processes]:
    """Starts processes of ours on this test's database and Valkey."""
    async with Processes(settings_env) as processes:
        yield processes


@pytest_asyncio.fixture
async def engine(settings: ProcessSettings) -> AsyncIterator[AsyncEngine]:
    """Engine on this test's own database."""
    engine = connect(settings)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
def _valkey_server(home: Home) -> Iterator[str]:
    valkey.prepare(home)
    with running(valkey.program(home), home.logs / "valkey.log"):
        yield valkey.redis_url(ProcessSettings(home=home.root))


@pytest.fixture
def valkey_url(_valkey_server: str) -> str:
    """URL of the Valkey server, emptied."""
    with redis.Redis.from_url(_valkey_server) as client:
        client.flushall()
    return _valkey_server


@pytest.fixture(scope="session")
def asterisk_prefix() -> Path:
    """Folder of Asterisk 22, from the user's cache; fetched on first use."""
    return asterisk.unpacked(ProcessSettings(), print)
