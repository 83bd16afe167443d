"""A secret is changed where it is read, and the server told before its users need it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from foundation.bus import connect as connect_bus
from foundation.db.engine import database_url
from foundation.secrets_cli import create, secrets
from foundation.secrets_rotation import ROTATED, rotate
from foundation.settings import ProcessSettings, as_it_stands


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8").strip() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("ami", {"ami_secret"}),
        ("postgres", {"postgres_password", "database_url"}),
        ("switch", {"switch_password", "asterisk_database_url"}),
        ("valkey", {"valkey_password", "redis_url", "valkey_acl"}),
        ("turn", {"turn_secret"}),
        ("tls", set()),
    ],
)
def test_what_belongs_together_changes_and_nothing_else(
    tmp_path: Path, name: str, changed: set[str]
) -> None:
    create(tmp_path)
    before, inodes = texts(tmp_path), {p.name: p.stat().st_ino for p in tmp_path.iterdir()}
    told: list[tuple[str, ...]] = []
    rotate(tmp_path, name, lambda *arguments: told.append(arguments))
    after = texts(tmp_path)
    assert {each for each in after if after[each] != before[each]} == changed
    # a container has that very file
    assert {p.name: p.stat().st_ino for p in tmp_path.iterdir()} == inodes
    assert told


def test_every_secret_that_is_made_can_be_changed(tmp_path: Path) -> None:
    create(tmp_path)
    before = texts(tmp_path)
    for name in ROTATED:
        rotate(tmp_path, name, lambda *_: None)
    after = texts(tmp_path)
    assert [name for name in after if after[name] == before[name]] == []
    assert after["postgres_password"] in after["database_url"]
    assert after["switch_password"] in after["asterisk_database_url"]
    assert after["valkey_password"] in after["redis_url"]


def test_valkey_takes_both_passwords_before_anybody_shows_the_new_one(
    tmp_path: Path,
) -> None:
    create(tmp_path)
    old = texts(tmp_path)["valkey_password"]
    seen: list[tuple[str, bool]] = []

    def compose(*_: str) -> None:
        now = texts(tmp_path)
        seen.append((now["valkey_acl"].splitlines()[1], old in now["redis_url"]))

    rotate(tmp_path, "valkey", compose)
    new = texts(tmp_path)["valkey_password"]
    assert seen == [
        (f"user acordo on >{old} >{new} ~* &* +@all", True),
        (f"user acordo on >{new} ~* &* +@all", False),
    ]


def test_who_was_interrupted_begins_again(tmp_path: Path) -> None:
    create(tmp_path)
    old = texts(tmp_path)["valkey_password"]
    known = {old}

    def fails_once(*_: str) -> None:
        shown = {w[1:] for w in texts(tmp_path)["valkey_acl"].split() if w[0] == ">"}
        if not known & shown:
            raise AssertionError("the server knows none of them")
        if len(known) == 1 and known == {old}:
            known.update(shown)
            raise ConnectionError
        known.clear()
        known.update(shown)

    with pytest.raises(ConnectionError):
        rotate(tmp_path, "valkey", fails_once)
    rotate(tmp_path, "valkey", fails_once)
    assert known == {texts(tmp_path)["valkey_password"]}


def test_the_command_names_what_is_missing(tmp_path: Path) -> None:
    done = CliRunner().invoke(secrets, ["rotate", "ami", "--folder", str(tmp_path)])
    assert done.exit_code == 1
    assert "ami_secret; rode: acordo secrets init" in done.output


def test_who_connects_reads_the_file_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(tmp_path)
    monkeypatch.setenv("ACORDO_DATABASE_URL_FILE", str(tmp_path / "database_url"))
    monkeypatch.setenv("ACORDO_REDIS_URL_FILE", str(tmp_path / "redis_url"))
    settings = ProcessSettings()
    assert settings.redis_url is not None
    client = connect_bus(settings.redis_url.get_secret_value())
    for name in ("postgres", "valkey"):
        rotate(tmp_path, name, lambda *_: None)
    now = texts(tmp_path)
    assert now["postgres_password"] in database_url(settings)
    provider = client.connection_pool.connection_kwargs["credential_provider"]
    assert provider.get_credentials() == ("acordo", now["valkey_password"])


def test_a_value_without_a_file_and_a_file_that_is_gone_stay_as_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert as_it_stands("AMI__SECRET", "known") == "known"
    monkeypatch.setenv("ACORDO_AMI__SECRET_FILE", str(tmp_path / "gone"))
    assert as_it_stands("AMI__SECRET", "known") == "known"
