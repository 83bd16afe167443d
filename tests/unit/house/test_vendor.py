"""Vendored files are the recorded ones, and a change of any of them is seen."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from foundation.development import vendor


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The vendored files, to be spoilt."""
    for folder in (vendor.SERVED, vendor.TESTED, vendor.TEMPLATES):
        shutil.copytree(vendor.ROOT / folder, tmp_path / folder)
    assert vendor.compare(tmp_path) == []
    return tmp_path


@pytest.mark.parametrize("ending", [".js", ".css", ".svg", ".LICENSE.txt"])
def test_one_changed_byte_is_found(copy: Path, ending: str) -> None:
    file = next(
        file for file in (copy / vendor.SERVED).iterdir() if file.name.endswith(ending)
    )
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)
    assert vendor.compare(copy) == [f"changed: {file.relative_to(copy)}"]


def test_a_missing_and_a_strange_file_are_found(copy: Path) -> None:
    gone = next((copy / vendor.TESTED).glob("*.js"))
    gone.unlink()
    (copy / vendor.SERVED / "strange.js").touch()
    assert vendor.compare(copy) == [
        f"missing: {gone.relative_to(copy)}",
        f"not in the manifest: {vendor.SERVED}/strange.js",
    ]


def test_each_file_stands_beside_its_licence() -> None:
    sums = json.loads((vendor.ROOT / vendor.MANIFEST).read_text("utf-8"))
    for path in sums:
        name = re.match(r".*-\d+\.\d+\.\d+", path)
        assert name is not None
        assert f"{name[0]}.LICENSE.txt" in sums


def test_the_sprite_holds_the_icons_in_use_and_nothing_that_runs() -> None:
    sprite = next((vendor.ROOT / vendor.SERVED).glob("lucide-*.svg")).read_text("utf-8")
    assert re.findall(r'<symbol id="([^"]+)"', sprite) == vendor.icons(vendor.ROOT)
    assert "<script" not in sprite


def test_an_icon_that_is_lacking_and_one_that_is_not_used_are_found(copy: Path) -> None:
    page = next((copy / vendor.TEMPLATES).glob("*.html"))
    page.write_text('{{ icon("no-such-icon") }}')
    for other in (copy / vendor.TEMPLATES).rglob("*.html"):
        other.write_text(other.read_text("utf-8").replace('icon("mic-off")', ""), "utf-8")
    found = vendor.compare(copy)
    assert "icon not in the sprite (make vendor): no-such-icon" in found
    assert "icon that no page uses (make vendor): mic-off" in found


def test_every_icon_of_a_page_is_named_where_it_stands() -> None:
    """What is put together at run time would not be found, and so not be in the sprite."""
    macro = re.compile(r"\bicon\((?!\"|name\))")
    for template in (vendor.ROOT / vendor.TEMPLATES).rglob("*.html"):
        assert macro.search(template.read_text("utf-8")) is None, template.name
    for script in (vendor.ROOT / "agent_console/static/js").rglob("*.js"):
        assert "lucide" not in script.read_text("utf-8"), script.name
