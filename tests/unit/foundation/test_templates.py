"""Templates of the switch: whole or not at all, private, and no value becomes syntax."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError
from pydantic import SecretStr

from foundation.embedded.errors import UnsafeValue
from foundation.embedded.templates import render
from foundation.settings import Trunk


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    (folder / "more").mkdir(parents=True)
    (folder / "_part").write_text("[{{ name }}]\n")
    (folder / "pjsip.conf.j2").write_text(
        "{% macro host(trunk) %}\nhost={{ trunk.host }}\nport={{ trunk.port }}\n"
        "{% endmacro %}\n{% include '_part' %}\n{{ host(trunk) }}"
    )
    (folder / "more" / "plain.conf").write_text("a=${b}\n")
    return folder


def test_every_file_is_filled_and_private(templates: Path, tmp_path: Path) -> None:
    render(templates, tmp_path, {"name": "carrier", "trunk": Trunk()})
    etc = tmp_path / "etc"
    assert (etc / "pjsip.conf").read_text() == "[carrier]\nhost=127.0.0.1\nport=5070\n"
    assert (etc / "more" / "plain.conf").read_text() == "a=${b}\n"
    assert not (etc / "_part").exists()
    assert {path.stat().st_mode & 0o777 for path in etc.rglob("*.conf")} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (etc, etc / "more")} == {0o700}


def test_a_missing_value_leaves_the_old_files(templates: Path, tmp_path: Path) -> None:
    render(templates, tmp_path, {"name": "carrier", "trunk": Trunk()})
    with pytest.raises(UndefinedError, match="name"):
        render(templates, tmp_path, {"trunk": Trunk()})
    assert "[carrier]" in (tmp_path / "etc" / "pjsip.conf").read_text()


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("carrier\nsecret=x", "127.0.0.1"),
        ("carrier", "127.0.0.1\r\nallow=all"),
        ("carrier", "127.0.0.1;"),
    ],
)
def test_a_value_that_would_become_syntax_is_refused(
    templates: Path, tmp_path: Path, name: str, host: str
) -> None:
    with pytest.raises(UnsafeValue):
        render(templates, tmp_path, {"name": name, "trunk": Trunk(host=host)})


def test_a_secret_is_checked_and_never_named(templates: Path, tmp_path: Path) -> None:
    values = {"name": "x", "trunk": Trunk(), "password": SecretStr("a;b")}
    with pytest.raises(UnsafeValue) as refusal:
        render(templates, tmp_path, values)
    assert "a;b" not in str(refusal.value)
