"""Unit and contract tests on the Python of the image, beside whatever else is done.

Their image is built beside it too: a stack waits most of the time. They get what the stack
leaves of the processors, so that they disturb no measure of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from foundation.cli import Failure
from foundation.embedded.debian import Say
from sim.containers.client import Engine
from sim.containers.stack import ROOT

IMAGE = "acordo/tests:test"
SHARES = 256  # of a processor that is wanted by many; a service has 1024
BUILD_LIMIT_S, LIMIT_S = 1800.0, 3000.0
# all but what asks a registry: the container has no network. A test may wait long for its
# turn of a processor here
PYTEST = (
    "python", "-m", "pytest", "-q", "-n", "2", "--timeout", "600",
    "-p", "no:cacheprovider", "--ignore=tests/unit/house/test_locks.py",
    "tests/unit", "tests/contract",
)  # fmt: skip


def build(engine: Engine) -> None:
    """The image that the tests run in: the programs' own, and what tests need besides."""
    network = ("--network", "host") if engine.private else ()
    engine.docker(
        "build", "--quiet", *network, "-f", "containers/app.Dockerfile", "--target",
        "tests", "-t", IMAGE, str(ROOT), limit_s=BUILD_LIMIT_S,
    )  # fmt: skip


@contextmanager
def beside(engine: Engine, name: str, say: Say) -> Iterator[None]:
    """Build and run them while the block does; raises Failure when they do not pass."""
    unwanted = Event()
    with ThreadPoolExecutor(1) as pool:
        begun = pool.submit(_begin, engine, name, say, unwanted)
        try:
            yield
            begun.result()
            say("esperando os testes dentro da imagem")
            status = engine.docker("wait", name, limit_s=LIMIT_S).strip()
            said = engine.docker("logs", name).strip()
        finally:
            unwanted.set()
            begun.exception()  # it has ended
            engine.can("rm", "--force", "--volumes", name)
    if status != "0":
        raise Failure("os testes não passaram dentro da imagem:\n" + said[-3000:])
    for line in said.splitlines():
        if " passed" in line or " failed" in line:
            say(line.strip("= "))


def _begin(engine: Engine, name: str, say: Say, unwanted: Event) -> None:
    build(engine)
    if unwanted.is_set():
        return
    say("testes de unidade e contrato dentro da imagem")
    engine.docker(
        "run", "--detach", "--name", name, "--network", "none",
        "--cpu-shares", str(SHARES), "--tmpfs", "/tmp:exec,mode=1777",  # noqa: S108 - there
        IMAGE, *PYTEST,
    )  # fmt: skip
