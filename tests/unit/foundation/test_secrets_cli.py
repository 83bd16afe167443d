"""Secrets of containers: made once, never changed, closed to others, at one."""

from __future__ import annotations

import os
from pathlib import Path

import yaml
from click.testing import CliRunner

from foundation.secrets_cli import create, secrets
from tests.unit.house.tree import ROOT


def test_what_is_missing_is_made_and_what_is_there_stays(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made = create(folder)
    before = {path.name: path.read_text() for path in folder.iterdir()}
    assert set(made) == set(before)
    assert create(folder) == []
    (folder / "redis_url").unlink()
    assert create(folder) == ["redis_url"]
    assert {path.name: path.read_text() for path in folder.iterdir()} == before


def test_every_secret_of_the_compose_file_is_made(tmp_path: Path) -> None:
    create(tmp_path / "secrets")
    wanted = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["secrets"]
    files = {Path(each["file"]).name for each in wanted.values()}
    assert files <= {path.name for path in (tmp_path / "secrets").iterdir()}


def test_addresses_hold_the_passwords_of_their_servers(tmp_path: Path) -> None:
    create(tmp_path)
    text = {path.name: path.read_text().strip() for path in tmp_path.iterdir()}
    assert f":{text['postgres_password']}@postgres/" in text["database_url"]
    assert f":{text['switch_password']}@postgres/" in text["asterisk_database_url"]
    assert f">{text['valkey_password']} " in text["valkey_acl"]
    assert f":{text['valkey_password']}@valkey" in text["redis_url"]
    passwords = [text[name] for name in text if name.endswith(("_password", "_secret"))]
    assert len(set(passwords)) == len(passwords)
    assert len(text["switch_password"]) <= 63  # as much as the switch keeps


def test_nobody_else_reads_them(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create(tmp_path / "secrets")
    finally:
        os.umask(before)
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "secrets").iterdir()} == {0o640}


def test_compose_is_told_the_group_beside_what_is_there(tmp_path: Path) -> None:
    environment = tmp_path / ".env"
    environment.write_text("ACORDO_SITE=acordo.example\nACORDO_SECRETS_GID=1\n")
    for _ in range(2):
        done = CliRunner().invoke(secrets, ["init", "--folder", str(tmp_path / "secrets")])
        assert done.exit_code == 0, done.output
    group = (tmp_path / "secrets" / "ami_secret").stat().st_gid
    lines = environment.read_text().splitlines()
    assert lines == ["ACORDO_SITE=acordo.example", f"ACORDO_SECRETS_GID={group}"]
    assert "nada faltava" in done.output
