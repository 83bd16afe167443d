"""Whoever types what a document, an alert or `acordo doctor` says finds that it is there:
commands and their options, targets of make, services of the compose file."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from foundation.cli import main
from tests.unit.house.tree import ROOT, shown, texts

# a line of code that is indented or fenced, or a span in a line of prose
_CODE = re.compile(r"^(?: {4,}|\t)(?P<line>\S.*)$|`(?P<span>[^`]+)`", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_OURS = re.compile(r"(?:^|[\s/«(])acordo +(?P<rest>[a-z][^#|;&)»]*)")
_COMPOSE = re.compile(r"docker compose (?P<rest>[^#|;&`)]*)")
_MAKE = re.compile(r"(?:^|&& )make (?P<target>[a-z][a-z-]*)")
_TOLD = ("foundation/doctor_pt_BR.toml", "monitoring/alerts.yml")
_TAKE_A_SERVICE = {"exec", "run", "logs", "restart", "ps", "build", "up", "stop"}
_WITH_VALUE = {"-f", "--file", "-v", "--volume", "-e", "--env", "--user", "--profile", "-p"}


def _code_of(page: Path) -> Iterator[str]:
    content = page.read_text("utf-8").replace("\\\n", " ")
    for block in _FENCED.findall(content):
        yield from block.splitlines()[1:-1]
    for found in _CODE.finditer(_FENCED.sub("", content)):
        yield found["line"] or found["span"]


def _said() -> list[tuple[str, str]]:
    """Everything that could be typed, and where it stands."""
    pages = [path for path in texts() if path.suffix == ".md"]
    lines = [(shown(page), line) for page in pages for line in _code_of(page)]
    for name in _TOLD:
        lines += [(name, line) for line in (ROOT / name).read_text("utf-8").splitlines()]
    return lines


def unknown(rest: str) -> str | None:
    """What of a command's line nobody understands; None when all of it is."""
    words = [word.strip("`,.:\"'") for word in rest.split()]
    command: click.Command = main
    context = click.Context(main)
    for word in words:
        if isinstance(command, click.Group):
            if word.isupper() or "|" in word or not re.fullmatch(r"[a-z][a-z0-9-]*", word):
                break
            found = command.get_command(context, word)
            if found is None:
                return word
            command = found
        elif re.fullmatch(r"--[a-z][a-z-]*", word):
            taken = {
                name for one in command.params for name in (*one.opts, *one.secondary_opts)
            }
            if word not in taken | {"--help"}:
                return f"{command.name} {word}"
    return None


def test_every_command_that_is_named_exists_with_its_options() -> None:
    named = [
        (where, found["rest"]) for where, line in _said() for found in _OURS.finditer(line)
    ]
    assert len(named) > 100
    assert [(where, rest, why) for where, rest in named if (why := unknown(rest))] == []


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ("secrets rotate ami", None), ("secrets rotat", "rotat"), ("doktor", "doktor"),
        ("backup --jason x", "backup --jason"), ("restore a --keys b", None),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_told(rest: str, why: str | None) -> None:
    assert unknown(rest) == why


def test_every_target_of_make_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    named = [
        (where, found["target"])
        for where, line in _said()
        for found in _MAKE.finditer(line)
    ]
    assert named
    assert [one for one in named if one[1] not in targets] == []


def _services(rest: str) -> Iterator[str]:
    """Whom a command of compose names."""
    words = iter(shlex.split(rest.replace("'", "").replace('"', "")))
    verb = ""
    for word in words:
        if word in _WITH_VALUE:
            next(words, None)
        elif word.startswith("-") or word in ("...", "SERVICO") or "=" in word:
            continue
        elif not verb:
            verb = word
        elif verb in _TAKE_A_SERVICE:
            yield word.strip(",.:)")
            if verb in ("exec", "run"):
                return


def test_every_service_that_is_named_exists() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    named = [
        (where, service)
        for where, line in _said()
        for found in _COMPOSE.finditer(line)
        for service in _services(found["rest"])
    ]
    assert {service for _, service in named} >= {"worker", "dialer", "asterisk", "postgres"}
    assert [one for one in named if one[1] not in services] == []
