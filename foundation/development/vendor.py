"""What the pages are served with, copied into the repository from locked packages.

`make vendor` fetches the packages named in `vendored/package-lock.json`, makes one file of
each and writes it with its licence and its SHA-256. Nothing of this is needed to serve:
the files are committed, and `make check` compares them with their manifest, and the icons
in the sprite with those that the templates use.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from foundation.development import pages
from foundation.settings import ProcessSettings

ROOT = Path(__file__).resolve().parents[2]
WANTED = Path(__file__).with_name("vendored")
SERVED = Path("agent_console/static/vendor")
TESTED = Path("tests/browser/vendor")
MANIFEST = SERVED / "manifest.json"
TEMPLATES = Path("agent_console/templates")
_ICON = re.compile(r"""\bicon\(["']([a-z0-9-]+)["']\)""")
_SYMBOL = re.compile(r'<symbol id="([^"]+)"')
_LICENCE = re.compile(r"licen[cs]e(\.md|\.txt)?", re.IGNORECASE)
_ESBUILD = (
    "--bundle",
    "--format=esm",
    "--minify",
    "--target=es2022",
    "--charset=utf8",
    "--legal-comments=none",
    "--log-level=warning",
)


class NotVendored(RuntimeError):
    """A package does not hold what is copied from it; its name follows."""


class Packages:
    """The unpacked packages, and the files that are made of them."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.modules = folder / "node_modules"
        self.root = root
        self.written: dict[str, bytes] = {}

    def version(self, package: str) -> str:
        found = json.loads((self.modules / package / "package.json").read_text("utf-8"))
        return str(found["version"])

    def write(self, path: Path, content: bytes) -> None:
        content = content.rstrip(b"\n") + b"\n"
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(content)
        self.written[path.as_posix()] = content

    def copy(self, package: str, source: str, folder: Path, name: str) -> None:
        """Copy one file as `<name>-<version>.<its endings>`."""
        endings = re.sub(r"^[^.]*|\.min(?=\.)", "", Path(source).name)
        target = folder / f"{name}-{self.version(package)}{endings}"
        self.write(target, (self.modules / package / source).read_bytes())

    def bundle(self, package: str, name: str) -> None:
        """Make one ES module of a package and of all that it imports."""
        binary = self.modules / "@esbuild" / f"linux-{_architecture()}" / "bin" / "esbuild"
        with tempfile.TemporaryDirectory() as place:
            made, meta = Path(place) / "made.js", Path(place) / "meta.json"
            done = subprocess.run(
                [str(binary), *_ESBUILD, f"--outfile={made}", f"--metafile={meta}"],
                cwd=self.modules.parent,
                input=f'export {{ default }} from "{package}";\n',
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                raise NotVendored(f"{package}: {done.stderr.strip()}")
            self.write(SERVED / f"{name}-{self.version(package)}.js", made.read_bytes())
            inputs = json.loads(meta.read_text("utf-8"))["inputs"]
        self.licences(SERVED, name, package, _packages_of(inputs))

    def licences(
        self, folder: Path, name: str, package: str, packages: Iterable[str]
    ) -> None:
        """Write the licences of all that went into a file."""
        texts = []
        for other in dict.fromkeys([package, *sorted(packages)]):
            found = [
                file
                for file in sorted((self.modules / other).iterdir())
                if _LICENCE.fullmatch(file.name)
            ]
            if not found:
                raise NotVendored(f"{other}: no licence")
            text = found[0].read_text("utf-8").strip()
            texts.append(f"{other} {self.version(other)}\n\n{text}\n")
        target = folder / f"{name}-{self.version(package)}.LICENSE.txt"
        self.write(target, ("\n" + "-" * 72 + "\n\n").join(texts).encode())

    def sprite(self, icons: Iterable[str]) -> None:
        """Make one SVG of the named icons, each a symbol: `lucide-<version>.svg#mic`."""
        symbols = []
        for icon in icons:
            file = self.modules / "lucide-static" / "icons" / f"{icon}.svg"
            if not file.exists():
                raise NotVendored(f"lucide-static: no icon {icon}")
            inner = re.search(r"<svg[^>]*>(.*)</svg>", file.read_text("utf-8"), re.DOTALL)
            if inner is None:
                raise NotVendored(f"lucide-static: {icon}")
            shapes = "".join(line.strip() for line in inner[1].splitlines())
            symbols.append(
                f'<symbol id="{icon}" viewBox="0 0 24 24" fill="none" '
                'stroke="currentColor" stroke-width="2" stroke-linecap="round" '
                f'stroke-linejoin="round">{shapes}</symbol>'
            )
        lines = ['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""]
        version = self.version("lucide-static")
        self.write(SERVED / f"lucide-{version}.svg", "\n".join(lines).encode())
        self.licences(SERVED, "lucide", "lucide-static", ())


def icons(root: Path) -> list[str]:
    """Names of the icons that the pages use, as `icon("mic")` in a template."""
    templates = (root / TEMPLATES).rglob("*.html")
    texts = (template.read_text("utf-8") for template in templates)
    return sorted({name for text in texts for name in _ICON.findall(text)})


def _compare_icons(root: Path) -> list[str]:
    found = {
        name
        for sprite in (root / SERVED).glob("lucide-*.svg")
        for name in _SYMBOL.findall(sprite.read_text("utf-8"))
    }
    used = set(icons(root))
    lacking = [f"icon not in the sprite (make vendor): {n}" for n in sorted(used - found)]
    return lacking + [
        f"icon that no page uses (make vendor): {n}" for n in sorted(found - used)
    ]


def vendor(folder: Path, root: Path) -> list[str]:
    """Write every file below `root`, remove those of other versions; return the paths."""
    packages = Packages(folder, root)
    _make(packages)
    keep = {*packages.written, MANIFEST.as_posix()}
    for place in (SERVED, TESTED):
        for file in (root / place).iterdir():
            if file.relative_to(root).as_posix() not in keep:
                file.unlink()
    sums = {path: _sum(content) for path, content in sorted(packages.written.items())}
    (root / MANIFEST).write_text(json.dumps(sums, indent=2) + "\n", "utf-8")
    return sorted(sums)


def _make(packages: Packages) -> None:
    packages.bundle("jssip", "jssip")
    types = (WANTED / "jssip.d.ts").read_bytes()
    packages.write(SERVED / f"jssip-{packages.version('jssip')}.d.ts", types)
    packages.bundle("uplot", "uplot")
    packages.copy("uplot", "dist/uPlot.min.css", SERVED, "uplot")
    packages.copy("uplot", "dist/uPlot.d.ts", SERVED, "uplot")
    packages.copy("@picocss/pico", "css/pico.min.css", SERVED, "pico")
    packages.licences(SERVED, "pico", "@picocss/pico", ())
    packages.sprite(icons(packages.root))
    packages.copy("axe-core", "axe.min.js", TESTED, "axe-core")
    packages.licences(TESTED, "axe-core", "axe-core", ())


def compare(root: Path) -> list[str]:
    """Tell what differs between the committed files and their manifest."""
    sums = json.loads((root / MANIFEST).read_text("utf-8"))
    found = {
        file.relative_to(root).as_posix(): _sum(file.read_bytes())
        for place in (SERVED, TESTED)
        for file in (root / place).iterdir()
        if file.relative_to(root) != MANIFEST
    }
    problems = [f"missing: {path}" for path in sorted(sums.keys() - found.keys())]
    problems += [f"not in the manifest: {path}" for path in sorted(found.keys() - sums)]
    both = sorted(found.keys() & sums.keys())
    problems += [f"changed: {path}" for path in both if found[path] != sums[path]]
    return problems + _compare_icons(root)


def _packages_of(inputs: Iterable[str]) -> set[str]:
    """Names of the packages that a bundle's input files belong to.

    >>> sorted(_packages_of(["node_modules/a/x.js", "node_modules/@b/c/x.js", "<stdin>"]))
    ['@b/c', 'a']
    """
    found = set()
    for path in inputs:
        if path.startswith("node_modules/"):
            parts = path.split("/")
            found.add("/".join(parts[1:3]) if parts[1].startswith("@") else parts[1])
    return found


def _architecture() -> str:
    return {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), "")


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write() -> int:
    try:
        paths = vendor(pages.installed(ProcessSettings().cache, WANTED), ROOT)
    except (NotVendored, pages.CheckersNotInstalled) as error:
        print(f"{type(error).__doc__} {error}")
        return 1
    print(f"{len(paths)} files and {MANIFEST}; `git diff` shows what they changed")
    return 0


def _check() -> int:
    problems = compare(ROOT)
    done = f"{len(json.loads((ROOT / MANIFEST).read_text('utf-8')))} files as recorded"
    print("\n".join(problems) or done)
    return 1 if problems else 0


def _lock() -> int:
    pages.lock(WANTED)
    return 0


VERBS: dict[str, Callable[[], int]] = {"write": _write, "check": _check, "lock": _lock}

if __name__ == "__main__":
    sys.exit(VERBS[sys.argv[1] if len(sys.argv) > 1 else "check"]())
