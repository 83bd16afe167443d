"""Rules for every file of the project."""

from __future__ import annotations

import re
from pathlib import Path

from tests.unit.house.tree import ROOT, files, modules, shown, texts

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock")
# written in two halves, so that this file does not hold what it forbids
ONE_MACHINE = ("/wo" + "rk/", "/ro" + "ot/", "../sha" + "red", "/opt/wh" + "eels")
NOT_OF_THE_PRODUCT = ("sand" + "box", "LL" + "M", "Chat" + "GPT", "language " + "model")


def test_a_text_ends_with_one_newline() -> None:
    wrong = []
    for path in texts():
        content = path.read_bytes()
        if content and (not content.endswith(b"\n") or content.endswith(b"\n\n")):
            wrong.append(shown(path))
    assert wrong == []


def test_no_lock_names_a_registry() -> None:
    for name in (*LOCKS, "package-lock.json"):
        text = (ROOT / name).read_text("utf-8")
        assert re.findall(r"https?://\S+|--(?:extra-)?index-url|resolved", text) == [], name


def test_every_locked_requirement_has_a_hash() -> None:
    for name in LOCKS:
        blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip())
        assert len(blocks) > 1, name
        assert [block for block in blocks if "--hash=sha256:" not in block] == [], name


def test_the_runtime_lock_pins_what_the_development_lock_pins() -> None:
    runtime, development = (_pins(name) for name in LOCKS[:2])
    assert runtime.items() <= development.items()
    assert "pytest" in development
    assert "pytest" not in runtime


def test_nothing_belongs_to_one_machine() -> None:
    assert _holding(ONE_MACHINE) == []


def test_the_project_speaks_of_the_product_alone() -> None:
    assert _holding(NOT_OF_THE_PRODUCT) == []


def test_sounds_have_a_notice_of_their_origin() -> None:
    sounds = [path for path in files() if path.suffix == ".wav"]
    bare = {shown(path.parent) for path in sounds if not _has_notice(path.parent)}
    assert bare == set()


def test_modules_stay_small() -> None:
    long = {
        shown(path): lines
        for path in modules()
        if "migrations" not in path.parts
        and (lines := path.read_text("utf-8").count("\n")) > 400
    }
    assert long == {}


def _holding(phrases: tuple[str, ...]) -> list[tuple[str, str]]:
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(phrase)}" for phrase in phrases))
    found = []
    for path in texts():
        if path.suffix == ".lock" or path.name == "package-lock.json":
            continue
        text = path.read_text("utf-8", errors="replace")
        found += [(shown(path), match[0]) for match in pattern.finditer(text)]
    return found


def _has_notice(folder: Path) -> bool:
    """In the folder itself or in one above it, below the package."""
    parts = folder.relative_to(ROOT).parts
    above = [ROOT.joinpath(*parts[:depth]) for depth in range(2, len(parts) + 1)]
    return any((place / "NOTICE.md").is_file() for place in above)


def _pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9][\w.-]*(?:\[\w+\])?)==(\S+)", text, re.MULTILINE))
