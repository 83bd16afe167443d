"""The test of the production form fails when it must, and says what it found."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from foundation.cli import Failure
from sim import scenarios
from sim.containers import apart, in_image
from sim.containers.__main__ import KILLED, SERVICES
from sim.containers.client import Engine
from sim.containers.engine import engine
from sim.containers.stack import BUILT, Stack
from sim.containers.table import Killed, Report, good, lines, rows
from tests.unit.house.tree import ROOT

FOUND: dict[str, Any] = {
    "attempts": 300, "invites": 298, "says": [], "in_flight": {"dialer": 9, "turn": 4},
    "lost": {}, "doubled": {},
}  # fmt: skip
DEAD = [Killed("dialer", 100.0, 102.5), Killed("turn", 130.0, 131.0)]


def compose() -> dict[str, Any]:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)["services"]
    return found


def test_every_killed_service_has_a_row() -> None:
    table = rows(DEAD, FOUND)
    assert table == [("dialer", "2.5", "9", "0", "0"), ("turn", "1.0", "4", "0", "0")]
    assert lines(table)[1].split() == ["dialer", "2.5", "9", "0", "0"]
    assert good(DEAD, FOUND)
    said = Report(DEAD, FOUND | {"says": ["x: sem desfecho"]}).lines
    assert said[3:] == ["300 tentativas, 298 chamadas na operadora", "  x: sem desfecho"]


@pytest.mark.parametrize(
    "changed",
    [{"lost": {"dialer": 1}}, {"doubled": {"": 1}}, {"in_flight": {"dialer": 9}}],
)
def test_what_is_lost_or_doubled_or_never_tried_is_no_pass(changed: dict[str, Any]) -> None:
    assert not good(DEAD, FOUND | changed)


def test_what_no_fault_explains_is_shown() -> None:
    assert rows(DEAD, FOUND | {"lost": {"": 2}})[-1] == ("(sem falha)", "-", "-", "2", "0")


def test_without_an_engine_and_without_root_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    with pytest.raises(Failure, match="nenhum motor"), engine(tmp_path, print):
        pass


def test_every_long_lived_service_is_killed_but_the_world_around() -> None:
    lasting = {name for name, of in compose().items() if of.get("restart") != "no"}
    assert lasting == set(SERVICES)
    assert set(SERVICES) - set(KILLED) == {"carrier", "phones", "outside"}
    assert set(BUILT) == {name for name, of in compose().items() if "build" in of}


@pytest.mark.parametrize("name", sorted(compose()))
def test_every_service_is_hardened(name: str) -> None:
    service = compose()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "cap_add" not in service
    assert service["mem_limit"]
    assert service["pids_limit"]
    if service["restart"] != "no":
        assert service["healthcheck"]


def test_only_what_must_be_reached_is_published_and_on_loopback() -> None:
    published = {name for name, of in compose().items() if of.get("ports")}
    assert published == {"asterisk", "proxy", "turn", "worker", "outside"}
    for name in published:
        assert all(port.startswith("${ACORDO_") for port in compose()[name]["ports"])
        assert all(":-127.0.0.1}" in port for port in compose()[name]["ports"])


def test_servers_are_reached_by_who_needs_them_alone() -> None:
    members: dict[str, set[str]] = {}
    for name, service in compose().items():
        for network in service["networks"]:
            members.setdefault(network, set()).add(name)
    assert members["control"] == {"asterisk", "dialer"}
    assert members["voice"] == {"asterisk", "ura"}
    assert members["seats"] == {"asterisk", "agent_console"}
    assert members["web"] == {"proxy", "agent_console", "outside"}
    processes = {"dialer", "ura", "agent_console", "worker"}
    assert members["bus"] == processes | {"valkey", "phones"}
    assert not {"proxy", "turn", "outside", "valkey"} & members["data"]
    of = {"AMI": "control", "WebSocket": "seats", "AGI": "voice", "AudioSocket": "voice",
          "PostgreSQL": "data", "Valkey": "bus"}  # fmt: skip
    for door in apart.DOORS:  # who knocks in the real one is who may come in by the file
        ends = {"migrate", "demo_prepare", "demo_start", door.service}
        assert door.welcome == members[of[door.name]] - ends


def test_a_door_that_opens_or_stays_shut_against_the_list_is_told() -> None:
    ways = [apart.Way(door, "192.0.2.1", near=True) for door in apart.DOORS]
    assert list(apart._judged("dialer", ways, {"AMI", "PostgreSQL", "Valkey"})) == []
    assert list(apart._judged("ura", ways, {"AMI", "PostgreSQL"})) == [
        "ura alcança AMI", "ura não alcança Valkey",
    ]  # fmt: skip


def test_a_stack_publishes_nothing_of_the_telephone(tmp_path: Path) -> None:
    Stack(Engine({}, private=True), "acordo-x", tmp_path)
    text = (tmp_path / "compose.test.yml").read_text()
    assert "asterisk: { build: { network: host }, ports: !reset [] }" in text
    assert "turn: { build: { network: host }, ports: !reset [] }" in text
    assert (tmp_path / "secrets" / "ami_secret").exists()
    mounted = (
        f'volumes: ["{tmp_path}/demo.toml:/opt/acordo/src/sim/scenarios/demo.toml:ro"]'
    )
    assert f"phones: {{ build: {{ network: host }}, {mounted} }}" in text


def test_nobody_talks_for_long_in_a_stack_that_is_drained(tmp_path: Path) -> None:
    Stack(Engine({}, private=True), "acordo-x", tmp_path)
    scenario = scenarios.load(tmp_path / "demo.toml")
    rng = np.random.default_rng(1)
    for talks in (scenario.talk_s, scenario.agents.talk_s):
        assert max(talks.draw(rng) for _ in range(200)) <= 60


DOCKER = """#!/bin/sh
echo "$1" >>"$HERE/done"
case $1 in
  build) [ ! -e "$HERE/no-build" ] || { echo 'no room' >&2; exit 1; } ;;
  wait) cat "$HERE/status" ;;
  logs) echo '== 7 passed in 1 s ==' ;;
esac
"""


def scripted(folder: Path, status: int) -> Engine:
    """A client that keeps what it was asked, and says how tests ended."""
    (folder / "docker").write_text(DOCKER)
    (folder / "docker").chmod(0o755)
    (folder / "status").write_text(f"{status}\n")
    path = f"{folder}:{os.environ['PATH']}"
    return Engine({"PATH": path, "HERE": str(folder)}, private=True)


def asked(folder: Path) -> list[str]:
    return (folder / "done").read_text().split()


def test_tests_in_the_image_run_beside_and_their_end_is_awaited(tmp_path: Path) -> None:
    said: list[str] = []
    with in_image.beside(scripted(tmp_path, 0), "x", said.append):
        said.append("the block")
    assert asked(tmp_path) == ["build", "run", "wait", "logs", "rm"]
    assert said[-1] == "7 passed in 1 s"


def test_tests_that_do_not_pass_fail_it(tmp_path: Path) -> None:
    with (
        pytest.raises(Failure, match="não passaram"),
        in_image.beside(scripted(tmp_path, 1), "x", lambda _: None),
    ):
        pass
    assert asked(tmp_path)[-1] == "rm"


def test_an_image_that_is_not_built_fails_it(tmp_path: Path) -> None:
    (tmp_path / "no-build").touch()
    with (
        pytest.raises(Failure, match="no room"),
        in_image.beside(scripted(tmp_path, 0), "x", lambda _: None),
    ):
        pass
    assert asked(tmp_path) == ["build", "rm"]


def test_a_stack_that_fails_is_told_and_no_test_is_left_running(tmp_path: Path) -> None:
    (tmp_path / "no-build").touch()  # what came second is not what is told
    with (
        pytest.raises(Failure, match="the stack"),
        in_image.beside(scripted(tmp_path, 0), "x", lambda _: None),
    ):
        raise Failure("the stack")
    assert asked(tmp_path)[-1] == "rm"


def waited_for(name: str) -> set[str]:
    """All that a service waits for, also by those whom it waits for."""
    found: set[str] = set()
    left = [name]
    while left:
        before = compose()[left.pop()].get("depends_on", {}).keys() - found
        found |= before
        left += before
    return found


def test_whoever_needs_a_server_waits_until_it_is_ready() -> None:
    """AGI, AudioSocket and the WebSocket are done without while they are away."""
    for door in apart.DOORS:
        if door.name in ("AMI", "PostgreSQL", "Valkey"):
            assert {
                one for one in door.welcome if door.service not in waited_for(one)
            } == set()
    for service in compose().values():
        for name, how in service.get("depends_on", {}).items():
            ends = compose()[name]["restart"] == "no"
            wanted = "service_completed_successfully" if ends else "service_healthy"
            assert how["condition"] == wanted
