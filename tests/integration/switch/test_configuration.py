"""The rendered switch starts without a complaint and with no more than it needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dialer.adapters.ami import translate
from foundation.embedded import switch
from foundation.embedded.errors import UnsafeValue
from foundation.settings import ProcessSettings
from tests.real_switch import RealSwitch

TEMPLATES = switch.PROJECT / "asterisk-config"


def test_it_starts_without_a_complaint(real_switch: RealSwitch) -> None:
    log = (real_switch.main.log / "messages.log").read_text()
    booting = log.partition("Logging CEL records")[0]
    assert "modules will be loaded" in booting
    assert not [line for line in booting.splitlines() if re.search("ERROR|WARNING", line)]


def test_every_listed_module_runs(real_switch: RealSwitch) -> None:
    listed = re.findall(
        r"^load = (\S+)", (TEMPLATES / "modules.conf").read_text(), re.MULTILINE
    )
    shown = real_switch.main.cli("module show")
    assert len(listed) > 60
    for module in listed:
        (row,) = re.findall(rf"^{re.escape(module)} .*$", shown, re.MULTILINE)
        assert re.search(r"\bRunning\b", row), row


def test_it_stays_small(real_switch: RealSwitch) -> None:
    """61 MB when idle; all modules would take 228."""
    status = Path(f"/proc/{real_switch.pid}/status").read_text()
    (kilobytes,) = re.findall(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    assert int(kilobytes) < 150_000  # other tests have made calls already


def test_secrets_are_nobody_elses(real_switch: RealSwitch) -> None:
    files = list(real_switch.main.etc.iterdir())
    assert {path.name for path in files} == {path.name for path in TEMPLATES.iterdir()}
    for path in [*files, real_switch.main.etc]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_each_seat_has_a_password_of_its_own(real_switch: RealSwitch) -> None:
    text = (real_switch.main.etc / "pjsip.conf").read_text()
    passwords = re.findall(r"^password = (\w+)$", text, re.MULTILINE)
    assert len(passwords) == len(set(passwords)) == 3  # phones; browsers' are not here
    assert min(map(len, passwords)) >= 32


def test_ami_sends_what_is_understood_and_no_more() -> None:
    text = (TEMPLATES / "manager.conf").read_text()
    sent = set(re.findall(r"action\(include\),name\((\w+)\)", text))
    told_elsewhere = {"BridgeEnter", "BridgeLeave"}  # Translator
    of_the_connection = {"FullyBooted", "OriginateResponse"}
    assert sent == set(translate._HANDLERS) | told_elsewhere | of_the_connection


@pytest.mark.parametrize("name", ["a,b", "a&b", "a b", "${SHELL(id)}", "a;b"])
def test_a_path_that_is_dialplan_syntax_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsafeValue):
        switch.render_main(ProcessSettings(home=tmp_path / name))


def test_who_may_log_in_by_ami_and_where_it_listens_are_settings(tmp_path: Path) -> None:
    ami = {"bind": "10.1.0.5", "permit": ["10.1.0.0/16"]}
    settings = ProcessSettings.model_validate({"home": tmp_path, "ami": ami})
    text = (switch.render_main(settings) / "manager.conf").read_text()
    assert "bindaddr = 10.1.0.5\n" in text
    assert re.findall(r"^permit = (.*)$", text, re.MULTILINE) == ["10.1.0.0/255.255.0.0"]
