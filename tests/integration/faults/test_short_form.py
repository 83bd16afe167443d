"""The short form of `make faults`: two faults on the real stack, judged as all are."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import pytest
import pytest_asyncio

pytestmark = pytest.mark.timeout(400)

KINDS = ("kill_dialer", "ami_between")
COUNTED = ("lost", "doubled", "stuck", "switch_lost", "silent", "broken")


@pytest_asyncio.fixture(scope="module")
async def report() -> dict[str, Any]:
    only = [part for kind in KINDS for part in ("--only", kind)]
    command = ("-m", "foundation", "faults", "--json", "--times", "1", *only)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    assert output, said.decode()
    found: dict[str, Any] = json.loads(output)
    assert found["good"] == (process.returncode == 0)
    return found


def test_each_fault_was_done_once_while_calls_were_in_progress(
    report: dict[str, Any],
) -> None:
    done = {row["kind"]: (row["times"], row["in_flight"] > 0) for row in report["rows"]}
    assert done == dict.fromkeys(KINDS, (1, True))


def test_nothing_is_lost_doubled_stuck_or_silent(report: dict[str, Any]) -> None:
    assert report["violations"] == []
    assert [[row[name] for name in COUNTED] for row in report["rows"]] == [[0] * 6] * 2
    assert report["good"]


def test_what_people_heard_was_listened_to(report: dict[str, Any]) -> None:
    assert report["listened"] > 0
    assert report["attempts"] > report["listened"]


def test_the_service_came_back_whole(report: dict[str, Any]) -> None:
    assert all(row["paced_s"] and row["served_s"] for row in report["rows"])
