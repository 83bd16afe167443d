"""Every finding is told in Portuguese, and every trouble says what to do."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from foundation.doctor.findings import Finding, codes, healthy, lines
from tests.unit.house.tree import ROOT

FOLDER = ROOT / "foundation" / "doctor"
_CODE = re.compile(r"(?:port|ports|audio|disk|clock|home|secret|python|asterisk|database"
                   r"|bus|trunk|rtp|tls)_[a-z_]+")  # fmt: skip
VALUES = dict.fromkeys(
    ("count", "which", "free_gb", "free_mb", "folder", "percent", "skew_s", "mode", "found",
     "revision", "newest", "why", "said", "ms", "where", "limit_s", "sent", "name", "days"),
    "7",
)  # fmt: skip
TEXTS: dict[str, dict[str, str]] = tomllib.loads(
    (ROOT / "foundation" / "doctor_pt_BR.toml").read_text("utf-8")
)
# ports are each container's own, servers are never embedded there, the switch is elsewhere
NEVER_IN_CONTAINERS = {
    "port_taken", "port_silent", "audio_few", "asterisk_absent", "database_stopped",
    "bus_stopped", "home_missing", "tls_absent",
}  # fmt: skip
WELL = re.compile(
    r"_(free|ours|enough|synchronised|missing|good|answers|returns|elsewhere)$"
)


def written() -> set[str]:
    """String constants in the checks that look like a code of a finding."""
    found: set[str] = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Constant(value=str(text)) if _CODE.fullmatch(text):
                    found.add(text)
    return found


def test_the_catalogue_holds_what_the_checks_say_and_nothing_else() -> None:
    assert written() == codes()


@pytest.mark.parametrize("code", sorted(codes()))
def test_a_finding_is_a_line_and_a_trouble_says_what_to_do(code: str) -> None:
    well = Finding("x", code, "ok", dict(VALUES))
    assert well.told
    assert "\n" not in well.told
    assert well.to_do == ""
    if code in TEXTS["to_do"]:
        assert Finding("x", code, "bad", dict(VALUES)).to_do
    else:
        assert WELL.search(code), f"{code} says nothing to do"


@pytest.mark.parametrize("code", sorted(TEXTS["to_do_in_containers"]))
def test_in_containers_other_things_are_to_be_done(code: str) -> None:
    wrong = Finding("x", code, "bad", dict(VALUES))
    assert wrong.advice(contained=False) == wrong.to_do
    assert wrong.advice(contained=True) not in ("", wrong.to_do)
    assert lines([wrong], contained=True)[1].endswith(wrong.advice(contained=True))
    assert Finding("x", code, "ok", dict(VALUES)).advice(contained=True) == ""


def test_in_containers_nobody_is_sent_to_what_is_not_there() -> None:
    """Where `acordo up` does not run, and compose files hold the settings."""
    for code, to_do in TEXTS["to_do"].items():
        advice = TEXTS["to_do_in_containers"].get(code, to_do)
        if code not in NEVER_IN_CONTAINERS:
            assert not re.search(r"acordo up|acordo db|_URL|cache|logs/", advice), code


def test_only_what_is_wrong_makes_an_installation_unhealthy() -> None:
    fine = Finding("a", "ports_free", "ok", {"count": 3})
    attention = Finding("a", "clock_free", "warn")
    wrong = Finding("a", "database_empty", "bad")
    assert healthy([fine, attention])
    assert not healthy([fine, attention, wrong])
    assert len(lines([fine, attention, wrong])) == 5
    assert "acordo db upgrade" in lines([wrong])[1]


def test_paths_named_in_the_texts_exist() -> None:
    text = (ROOT / "foundation" / "doctor_pt_BR.toml").read_text("utf-8")
    assert all((ROOT / name).exists() for name in re.findall(r"docs/[\w.]+", text))
    assert Path(FOLDER).is_dir()
