"""The documents say what the code does, and the Makefile says it of itself."""

from __future__ import annotations

import re
import subprocess

import pytest

from dialer.calls.events import NetworkOutcome
from tests.unit.house.tree import ROOT, shown, texts

PREREQUISITES = "apt install git make python3-venv"
COMMANDS = ("make run", "make test")
THREE_SCREENS = 150  # lines of fifty


def test_the_readme_opens_with_the_prerequisites_and_two_commands() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    title, first = [line for line in lines if line.strip()][:2]
    assert title.startswith("# Acordo")
    assert PREREQUISITES in first
    opening = "\n".join(lines[:30])
    assert [command for command in COMMANDS if command not in opening] == []
    assert len(lines) <= THREE_SCREENS


def test_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    shown = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    missing = [name for name in phony[1].split() if f"make {name} " not in shown]
    assert missing == ["runtime"]  # a step of others, never asked for


@pytest.mark.parametrize(
    "target", "setup run test test-all check bench smoke clean help".split()
)
def test_a_promised_target_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE)


def test_the_architecture_page_names_every_decision() -> None:
    page = (ROOT / "docs/arquitetura.md").read_text("utf-8")
    decisions = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))
    assert decisions
    assert [path.name for path in decisions if f"adr/{path.name}" not in page] == []


def test_links_between_documents_lead_somewhere() -> None:
    links = [
        (document, target)
        for document in texts()
        if document.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)", document.read_text("utf-8"))
        if "://" not in target
    ]
    broken = [(shown(page), to) for page, to in links if not (page.parent / to).exists()]
    assert links
    assert broken == []


def test_the_glossary_names_every_network_outcome() -> None:
    glossary = (ROOT / "docs/glossario.md").read_text("utf-8")
    assert [outcome for outcome in NetworkOutcome if f"`{outcome}`" not in glossary] == []
