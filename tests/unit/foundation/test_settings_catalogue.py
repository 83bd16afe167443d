"""Every setting is registered, told in pt-BR, documented, and shown without secrets."""

from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from foundation import settings_cli
from foundation.settings import ProcessSettings
from foundation.settings_catalogue import MASK, Setting, collect, registered, texts

PACKAGES = ("foundation", "cobranca", "dialer", "ura", "agent_console", "sim")
PAGE = Path(__file__).parents[3] / "docs" / "configuracao.md"


@pytest.fixture(autouse=True)
def _usual_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)


def by_name(environment: dict[str, str]) -> dict[str, Setting]:
    return {one.name: one for one in collect(registered(), environment)}


def descendants(kind: type[ProcessSettings]) -> set[type[ProcessSettings]]:
    found = {kind}
    for child in kind.__subclasses__():
        found |= descendants(child)
    return found


def test_each_settings_class_is_registered() -> None:
    for package in PACKAGES:
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            if module.name.endswith("settings"):
                importlib.import_module(module.name)
    ours = {
        kind
        for kind in descendants(ProcessSettings) - {ProcessSettings}
        if kind.__module__.partition(".")[0] in PACKAGES
    }

    assert ours <= set(registered().values())


def test_each_setting_is_told_and_nothing_else_is() -> None:
    known = by_name({})

    assert [one.name for one in known.values() if not one.what] == []
    assert set(texts(registered().values())) == set(known)


def test_the_page_of_the_documentation_is_fresh() -> None:
    shown = settings_cli.page(collect(registered(), {}))

    assert PAGE.read_text("utf-8") == shown, (
        "acordo settings --markdown > docs/configuracao.md"
    )
    for name in by_name({}):
        assert f"`{name}`" in shown


def test_where_a_value_came_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("h0rse\n")
    environment = {
        "ACORDO_TRUNK__PORT": "5071",
        "ACORDO_AMI__SECRET_FILE": str(secret),
        "ACORDO_AGI": '{"port": 4999}',
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    found = by_name(environment)

    port, ami, agi = (
        found[f"ACORDO_{name}"] for name in ("TRUNK__PORT", "AMI__SECRET", "AGI__PORT")
    )
    assert (port.value, port.default, port.source) == ("5071", "5070", "environment")
    assert (ami.value, ami.source) == (MASK, "file")
    assert (agi.value, agi.source) == ("4999", "environment")
    assert found["ACORDO_TRUNK__HOST"].source == "default"
    assert found["ACORDO_WORKER__PARALLEL"].processes == ("worker",)


def test_no_secret_is_shown_in_any_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACORDO_DATABASE_URL", "postgresql+asyncpg://a:h0rse@db/acordo")

    for option in ([], ["--json"], ["--markdown"]):
        shown = CliRunner().invoke(settings_cli.settings, option)
        assert shown.exit_code == 0
        assert "h0rse" not in shown.output


def test_a_program_reads_it_as_json() -> None:
    shown = CliRunner().invoke(settings_cli.settings, ["--json"])

    names = {one["name"] for one in json.loads(shown.output)}
    assert names == set(by_name({}))


def test_a_wrong_value_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACORDO_TRUNK__PORT", "h0rse")

    shown = CliRunner().invoke(settings_cli.settings, [])

    assert shown.exit_code == 1
    assert shown.output.startswith("acordo: configuração: ACORDO_TRUNK__PORT")
    assert "h0rse" not in shown.output
