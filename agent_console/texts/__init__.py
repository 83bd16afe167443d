"""What the pages say, in pt-BR, from the catalogues beside this file.

Each `*.toml` may add sections, and words to a section; a word is said once.
"""

from __future__ import annotations

import tomllib
from pathlib import Path


class SaidTwice(ValueError):
    """Two catalogues give the same word of the same section."""


class Texts:
    """Words by section and by the code that the programs use; order is that of the page."""

    def __init__(self, folder: Path) -> None:
        self._sections: dict[str, dict[str, str]] = {}
        for path in sorted(folder.glob("*.toml")):
            for name, words in tomllib.loads(path.read_text("utf-8")).items():
                section = self._sections.setdefault(name, {})
                if twice := section.keys() & words.keys():
                    raise SaidTwice(f"{path.name}: [{name}] {', '.join(sorted(twice))}")
                section |= words

    def section(self, name: str) -> dict[str, str]:
        """The words of a section. Raises KeyError."""
        return self._sections[name]

    def __getattr__(self, name: str) -> dict[str, str]:
        """A section by its name, as templates write it: `texts.problems`."""
        try:
            return self._sections[name]
        except KeyError:
            raise AttributeError(name) from None


TEXTS = Texts(Path(__file__).parent)
