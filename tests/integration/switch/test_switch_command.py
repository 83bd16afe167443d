"""`acordo switch` refuses, in one line, to listen where another does."""

from __future__ import annotations

import socket
from pathlib import Path

from click.testing import CliRunner

from foundation.cli import main
from sim.throw_away import free_port


def test_a_taken_port_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        settings = {
            "ACORDO_HOME": str(tmp_path / "var"),
            "ACORDO_ASTERISK__SIP_PORT": str(port),
            "ACORDO_ASTERISK__HTTP_PORT": str(free_port()),
            "ACORDO_AMI__PORT": str(free_port()),
        }
        answer = CliRunner().invoke(main, ["switch"], env=settings)
    assert answer.exit_code == 1
    (line,) = answer.output.splitlines()
    assert f"SIP 127.0.0.1:{port} (porta ocupada; muda-se com" in line
    assert not (tmp_path / "var" / "asterisk" / "etc").exists()
