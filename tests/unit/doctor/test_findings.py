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
WELL = re.compile(r"_(free|ours|enough|synchronised|missing|good|answers|returns)$")


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
    told = tomllib.loads((ROOT / "foundation" / "doctor_pt_BR.toml").read_text("utf-8"))
    if code in told["to_do"]:
        assert Finding("x", code, "bad", dict(VALUES)).to_do
    else:
        assert WELL.search(code), f"{code} says nothing to do"


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
