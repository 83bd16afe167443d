"""What the page scripts write is what people in Brazil read; run by Node itself."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from tests.unit.house.tree import ROOT

SCRIPT = ROOT / "agent_console/static/js/format.js"
ASK = """
const module = await import(process.argv[1]);
const calls = JSON.parse(process.argv[2]);
console.log(JSON.stringify(calls.map(([name, ...given]) => module[name](...given))));
"""
NOW_MS = 1773147600000  # 2026-03-10T13:00:00Z
CASES: list[tuple[list[Any], str]] = [
    (["number", 12345], "12.345"),
    (["percent", 0.0312], "3,1%"),
    (["percent", None], "–"),
    (["money", "1234.56"], "R$ 1.234,56"),
    (["money", "90071992547409931.01"], "R$ 90.071.992.547.409.931,01"),  # beyond a float
    (["date", "2026-03-10"], "10/03/2026"),
    (["time", "2026-03-10T13:05:00Z", "America/Manaus"], "09:05"),
    (["dateTime", "2026-03-10T02:05:00Z", "America/Sao_Paulo"], "09/03/2026, 23:05"),
    (["duration", 247.9], "4:07"),
    (["duration", 3729], "1:02:09"),
    (["duration", -3], "0:00"),
    (["relative", "2026-03-10T12:57:00Z", NOW_MS], "há 3 minutos"),
    (["relative", "2026-03-12T13:00:00Z", NOW_MS], "depois de amanhã"),
]


def test_values_are_written_the_brazilian_way(node: str) -> None:
    calls = json.dumps([call for call, _ in CASES])
    done = subprocess.run(
        [node, "--input-type=module", "-e", ASK, SCRIPT.as_uri(), calls],
        capture_output=True,
        text=True,
        check=True,
    )
    written = [text.replace("\xa0", " ") for text in json.loads(done.stdout)]
    assert written == [text for _, text in CASES]
