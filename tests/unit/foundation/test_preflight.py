"""What is refused before anything starts, each in one line."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from foundation import plan, preflight
from foundation.cli import Failure
from foundation.home import Home
from foundation.plan import UpSettings
from foundation.preflight import AudioPorts, Port


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
        with pytest.raises(Failure, match=f"SIP .*:{number} .porta ocupada; .* ACORDO_SIP"):
            preflight.require_ports([Port("SIP", "127.0.0.1", number, "ACORDO_SIP", kind)])
    preflight.require_ports([Port("SIP", "127.0.0.1", number, "ACORDO_SIP", kind)])


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Failure, match=r"192\.0\.2\.1:0"):
        preflight.require_ports([Port("SIP", "192.0.2.1", 0, "ACORDO_SIP")])


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


def test_a_few_taken_audio_ports_do_no_harm() -> None:
    ranges = [AudioPorts("Asterisk", 20_000, 20_099)]
    preflight.require_audio(ranges, taken=range(20_050, 20_100))
    with pytest.raises(Failure, match=r"Asterisk 20000-20099 .só 49 de 100 livres"):
        preflight.require_audio(ranges, taken=range(20_049, 20_100))


def test_an_audio_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Failure, match=r"fones 20100-20099 .o fim vem antes"):
        preflight.require_audio([AudioPorts("fones", 20_100, 20_099)], taken=())


@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_a_taken_udp_port_is_seen(family: socket.AddressFamily, host: str) -> None:
    with socket.socket(family, socket.SOCK_DGRAM) as other:
        other.bind((host, 0))
        number = other.getsockname()[1]
        assert number in preflight.taken_udp_ports()


def test_everything_that_a_demonstration_listens_on_is_looked_at() -> None:
    settings = UpSettings()
    more = {port.purpose for port in plan.ports(settings, demo=True)}
    assert more - {port.purpose for port in plan.ports(settings, demo=False)} == {
        *("saúde de carrier", "saúde de phones", "operadora", "SIP dos fones"),
        *("saúde de outside", "avisos do banco", "banco simulado", "pagadores"),
        *("correio simulado", "SMS simulado", "central de SMS simulada"),
        *("mensagens simuladas", "devoluções de e-mail", "avisos de SMS"),
    }
    assert [each.purpose for each in plan.audio_ports(settings, demo=False)] == ["Asterisk"]
    assert plan.audio_ports(settings, demo=True) == [
        AudioPorts("Asterisk", 20_000, 23_999),
        AudioPorts("operadora", 26_000, 29_999),
        AudioPorts("fones", 30_000, 31_999),
    ]


def test_each_port_names_the_setting_that_changes_it() -> None:
    settings = UpSettings()
    for port in plan.ports(settings, demo=True):
        section, name = port.setting.removeprefix("ACORDO_").lower().split("__")
        assert getattr(getattr(settings, section), name) == port.number, port
