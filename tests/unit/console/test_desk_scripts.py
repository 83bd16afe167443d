"""What the desk's scripts decide, run by Node itself: what follows, where keys lead."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from agent_console.texts import TEXTS
from tests.unit.house.tree import ROOT

SCRIPTS = ROOT / "agent_console/static/js"
ASK = """
const [, , , texts, supervises] = process.argv;
const page = { "#texts": { textContent: texts } };
page["#desk[data-supervises]"] = supervises || null;
globalThis.document = { querySelector: (part) => page[part] };
const module = await import(process.argv[1]);
const calls = JSON.parse(process.argv[2]);
console.log(JSON.stringify(calls.map(([name, ...given]) => module[name](...given))));
"""
LAST = 5


def asked(
    node: str, script: str, calls: list[list[Any]], *, supervises: bool = False
) -> list[Any]:
    words = {name: TEXTS.section(name) for name in ("desk", "pauses", "pause_names")}
    given = [(SCRIPTS / script).as_uri(), json.dumps(calls), json.dumps(words)]
    done = subprocess.run(
        [node, "--input-type=module", "-e", ASK, *given, "yes" if supervises else ""],
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def test_saving_says_what_the_floor_will_do_next(node: str) -> None:
    calls: list[list[Any]] = [
        ["saving", {"wants": "idle"}],
        ["saving", {"wants": "paused", "pause_code": "lunch"}],
        ["saving", {"wants": "paused", "pause_code": None}],
        ["saving", {"wants": "offline", "pause_code": None}],
        ["until", {"wants": "paused", "pause_code": "rest"}],
        ["until", {"wants": "idle"}],
    ]
    assert asked(node, "desk/follows.js", calls) == [
        "Salvar e ir para a próxima",
        "Salvar e ir para a pausa: Refeição",
        "Salvar e ir para a pausa",
        "Salvar e encerrar o turno",
        "para a pausa: Descanso (NR-17)",
        "para a próxima chamada",
    ]


def test_no_call_and_no_pause_follows_for_a_supervisor(node: str) -> None:
    calls: list[list[Any]] = [
        ["saving", {"wants": "idle"}],
        ["saving", {"wants": "paused", "pause_code": "rest"}],
        ["saving", {"wants": "offline"}],
        ["until", {"wants": "idle"}],
    ]
    assert asked(node, "desk/follows.js", calls, supervises=True) == [
        "Salvar",
        "Salvar",
        "Salvar e encerrar o turno",
        "para o fim da tabulação",
    ]


def test_arrows_home_and_end_walk_through_a_menu(node: str) -> None:
    count = LAST + 1
    steps: list[tuple[str, int, int | None]] = [
        ("ArrowDown", -1, 0),  # from the button
        ("ArrowDown", 0, 1),
        ("ArrowDown", LAST, 0),  # around
        ("ArrowUp", -1, LAST),
        ("ArrowUp", 0, LAST),
        ("ArrowUp", 3, 2),
        ("Home", 4, 0),
        ("End", 1, LAST),
        ("Enter", 1, None),
        ("x", 1, None),
    ]
    calls: list[list[Any]] = [["stepOf", key, at, count] for key, at, _ in steps]
    assert asked(node, "menu.js", calls) == [to for _, _, to in steps]
