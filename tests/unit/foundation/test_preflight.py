"""What is refused before anything starts, each in one line."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from foundation import preflight
from foundation.cli import Failure
from foundation.home import Home
from foundation.preflight import Port


def test_a_second_one_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with (
        preflight.only_one(home),
        pytest.raises(Failure, match=f"já está rodando .* \\(processo {os.getpid()}\\)"),
        preflight.only_one(home),
    ):
        pass
    with preflight.only_one(home):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    script = (
        "import sys, os; from pathlib import Path\n"
        "from foundation import preflight; from foundation.home import Home\n"
        "with preflight.only_one(Home(Path(sys.argv[1]))): os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert (tmp_path / preflight.LOCK).exists()
    with preflight.only_one(Home(tmp_path)):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_busy_port_is_named(kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            other.listen()
        number = other.getsockname()[1]
        with pytest.raises(Failure, match=f"SIP 127.0.0.1:{number} .porta ocupada"):
            preflight.require_ports([Port("SIP", "127.0.0.1", number, kind)])
    preflight.require_ports([Port("SIP", "127.0.0.1", number, kind)])


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Failure, match=r"192\.0\.2\.1:0"):
        preflight.require_ports([Port("SIP", "192.0.2.1", 0)])


def test_a_disk_that_is_nearly_full_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preflight.require_room(tmp_path / "not" / "yet")
    monkeypatch.setattr(preflight, "LEAST_FREE_BYTES", 10**18)
    with pytest.raises(Failure, match="MB livres"):
        preflight.require_room(tmp_path)


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("10.0.0.5", False),
        ("asterisk", False),
    ],
)
def test_what_is_loopback(host: str, ours: bool) -> None:
    assert preflight.is_loopback(host) is ours
