"""Checks the rendered dialplan with asterisklint and the names of the real Asterisk.

asterisklint knows the applications and functions of Asterisk 13. `asterisk_names.json`
holds those that our Asterisk 22 has with our modules loaded: what it lacks is a fault
though asterisklint knows it, and what it has is none though asterisklint does not.
`python -m foundation.development.dialplan names` asks the real Asterisk again.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from foundation.embedded import asterisk, switch
from foundation.embedded.program import running
from foundation.settings import Ami, Asterisk, ProcessSettings

NAMES = Path(__file__).with_name("asterisk_names.json")
_UNKNOWN = re.compile(r"E_(?P<kind>APP|FUNC)_MISSING: (?:app|function) '(?P<name>[^']*)'")
_STEP = re.compile(r"\s*(?:exten\s*=>?\s*[^,]+,|same\s*=>?)\s*[^,]+,\s*(?P<app>\w+)")
_CALL = re.compile(r"\$\{(?P<name>[A-Z][A-Z0-9_]*)\(")
_LISTED_APPLICATION = re.compile(r"^\s*(\w+): ", re.MULTILINE)
# the first column is cut at twenty letters, the second shows the name whole
_LISTED_FUNCTION = re.compile(r"^[A-Z]\S* +([A-Z][A-Z0-9_]*)\(", re.MULTILINE)
# spaces around `=` are how all our configuration is written; the order of the letters in
# a pattern is taste
_IGNORED = "W_WSH_VARSET,H_PAT_NON_CANONICAL"


@dataclass(frozen=True, slots=True)
class Names:
    """What one Asterisk can do: its version, its applications and functions."""

    asterisk: str
    applications: tuple[str, ...]
    functions: tuple[str, ...]


def committed() -> Names:
    """Return the names in the committed file."""
    content = json.loads(NAMES.read_text("utf-8"))
    return Names(
        content["asterisk"], tuple(content["applications"]), tuple(content["functions"])
    )


def faults(dialplan: Path, names: Names) -> list[str]:
    """List what is wrong with one file of a dialplan, each with its line."""
    text = dialplan.read_text("utf-8")
    return _unknown_here(dialplan.name, text, names) + [
        line for line in _asterisklint(dialplan) if not _is_ours(line, names)
    ]


def _unknown_here(name: str, text: str, names: Names) -> list[str]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        step = _STEP.match(line)
        if step and step["app"] not in names.applications:
            found.append(f"{name}:{number} no application {step['app']} in our Asterisk")
        found += [
            f"{name}:{number} no function {call['name']} in our Asterisk"
            for call in _CALL.finditer(line)
            if step and call["name"] not in names.functions
        ]
    return found


def _is_ours(complaint: str, names: Names) -> bool:
    unknown = _UNKNOWN.search(complaint)
    if unknown is None:
        return False
    known = names.applications if unknown["kind"] == "APP" else names.functions
    return unknown["name"] in known


def _asterisklint(dialplan: Path) -> list[str]:
    program = Path(sys.executable).with_name("asterisklint")
    done = subprocess.run(
        [str(program), "dialplan-check", dialplan.name],
        cwd=dialplan.parent,
        env={**os.environ, "ALINT_IGNORE": _IGNORED},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (done.stdout + done.stderr).splitlines()
    if done.returncode != 0 and not lines:
        lines = [f"asterisklint ended with status {done.returncode} and no word"]
    return lines


def rendered(folder: Path) -> Path:
    """Render the main switch's configuration into a folder; return its dialplan."""
    settings = ProcessSettings(home=folder)
    return switch.render_main(settings) / "extensions.conf"


def ask_asterisk(folder: Path) -> Names:
    """Start the real Asterisk with our configuration and ask what it can do.

    `folder` becomes its state folder. Raises what unpacking and starting raise.
    """
    settings = ProcessSettings(
        home=folder,
        ami=Ami(port=_free_port()),
        asterisk=Asterisk(sip_port=_free_port(), http_port=_free_port()),
    )
    prefix = asterisk.unpacked(settings, lambda line: print(line, file=sys.stderr))
    instance = switch.main_instance(settings, prefix)
    with running(instance.program(), instance.root / "out.log"):
        applications = instance.cli("core show applications")
        functions = instance.cli("core show functions")
    return Names(
        asterisk.version(prefix),
        tuple(sorted(set(_LISTED_APPLICATION.findall(applications)))),
        tuple(sorted(set(_LISTED_FUNCTION.findall(functions)))),
    )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def main(arguments: list[str]) -> int:
    """Check the dialplan, or write the names anew; the exit status is 0 or 1."""
    with tempfile.TemporaryDirectory() as folder:
        if arguments == ["names"]:
            content = asdict(ask_asterisk(Path(folder)))
            NAMES.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
            return 0
        found = faults(rendered(Path(folder)), committed())
    names = committed()
    print(*found or [f"against the names of Asterisk {names.asterisk}"], sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
