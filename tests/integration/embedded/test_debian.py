"""Unpacking real packages from the mirror that this machine's apt uses."""

from __future__ import annotations

import hashlib
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from foundation.embedded import asterisk, debian, tools
from foundation.embedded.errors import NotDebian, PackagesNotFetched, WrongAsterisk
from foundation.settings import ProcessSettings

SMALL = debian.Wanted(name="small", packages=("hostname",), depth="alone")
HOST_STATE = (Path("/var/lib/dpkg/status"), Path("/var/lib/apt/lists"))


def _said(lines: list[str]) -> debian.Say:
    return lines.append


def test_two_at_once_share_one_download_and_the_host_is_untouched(tmp_path: Path) -> None:
    before = [path.stat().st_mtime_ns for path in HOST_STATE]
    lines: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        work = [pool.submit(debian.unpack, SMALL, tmp_path, _said(lines)) for _ in "ab"]
        first, second = (one.result() for one in work)
    assert first == second == tmp_path / "small"
    assert sum(line.endswith("pacotes") for line in lines) == 1
    assert subprocess.run([first / "bin/hostname"], check=False).returncode == 0
    assert [path.stat().st_mtime_ns for path in HOST_STATE] == before
    content = debian.record(first)
    assert content["packages"] == ["hostname"]
    sums = content["sha256"]
    assert isinstance(sums, dict)
    assert all(
        len(bytes.fromhex(digest)) == hashlib.sha256().digest_size
        for digest in sums.values()
    )
    assert [path.name for path in tmp_path.iterdir() if "~" in path.name] == []


def test_a_package_that_does_not_exist_is_named(tmp_path: Path) -> None:
    wanted = debian.Wanted(name="none", packages=("no-such-package-here",))
    with pytest.raises(PackagesNotFetched, match="no-such-package-here"):
        debian.unpack(wanted, tmp_path, print)
    assert not (tmp_path / "none").exists()


def test_what_finish_refuses_is_never_seen(tmp_path: Path) -> None:
    def refuse(_prefix: Path) -> None:
        raise WrongAsterisk("Asterisk 20.5.0")

    with pytest.raises(WrongAsterisk, match=r"20\.5\.0"):
        debian.unpack(SMALL, tmp_path, print, refuse)
    assert [path.name for path in tmp_path.iterdir()] == [".small.lock"]


@pytest.mark.parametrize("answer", ["Asterisk 20.5.0", "Asterisk 23.1.0-rc1"])
def test_another_major_is_refused(tmp_path: Path, answer: str) -> None:
    launcher = tmp_path / "asterisk"
    launcher.write_text(f"#!/bin/sh\necho '{answer}~dfsg built by x'\n")
    launcher.chmod(0o755)
    with pytest.raises(WrongAsterisk, match=answer.partition("-")[0]):
        asterisk.ask_version(launcher)


def test_the_unpacked_asterisk_has_its_sums(asterisk_prefix: Path) -> None:
    lines = (asterisk_prefix / debian.SUMS).read_text().splitlines()
    assert any("  asterisk_" in line for line in lines)
    assert len(lines) > 100
    assert (asterisk_prefix / "usr/share/asterisk/sounds/en").is_dir()


def test_the_cache_is_used_again(asterisk_prefix: Path) -> None:
    lines: list[str] = []
    assert asterisk.unpacked(ProcessSettings(), _said(lines)) == asterisk_prefix
    assert lines == []


def test_a_host_without_apt_is_sent_to_docker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotDebian, match="docker compose up"):
        debian.unpack(SMALL, tmp_path, print)


def test_a_program_that_the_host_lacks_is_unpacked_and_runs(tmp_path: Path) -> None:
    settings = ProcessSettings(cache=tmp_path)
    sound = tmp_path / "tone.wav"
    sox = tools.program("sox", settings, print, path=str(tmp_path))
    assert sox[-1].startswith(str(tmp_path))
    tone = [
        "-n",
        "-r",
        "8000",
        "-b",
        "16",
        "-c",
        "1",
        str(sound),
        "synth",
        "1",
        "sine",
        "440",
    ]
    subprocess.run([*sox, *tone], check=True)
    assert sound.stat().st_size == 44 + 2 * 8000  # header, one second of 16 bits
    espeak = tools.program("espeak-ng", settings, print, path=str(tmp_path))
    subprocess.run([*espeak, "-v", "pt-br", "-w", str(sound), "alô"], check=True)
    assert tools.program("sh", settings, print)[0].endswith("/sh")
