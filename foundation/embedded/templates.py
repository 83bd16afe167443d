"""Fill the templates of an Asterisk configuration.

Asterisk reads one setting a line and takes `;` for a comment, so a value that holds
either is refused instead of becoming configuration.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import SecretStr

from foundation.embedded.errors import UnsafeValue

_UNSAFE = re.compile(r"[;\x00-\x1f\x7f]")


def render(template_dir: Path, instance_dir: Path, values: Mapping[str, object]) -> None:
    """Fill every file of a folder into `instance_dir/etc`, files 0600, folders 0700.

    Names that begin with `_` are parts that others include; the ending `.j2` is dropped.
    The old folder is replaced only when every file is filled.
    Raises jinja2.UndefinedError, UnsafeValue.
    """
    environment = _Templates(
        loader=FileSystemLoader(template_dir),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name, value in values.items():
        _check(name, value)
    draft = instance_dir / "etc.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    for name in environment.list_templates():
        if not Path(name).name.startswith(("_", ".")):
            text = environment.get_template(name).render(values)
            _write_private(draft / name.removesuffix(".j2"), text)
    etc = instance_dir / "etc"
    shutil.rmtree(etc, ignore_errors=True)
    draft.rename(etc)


class _Templates(Environment):
    """Checks each text that a template takes out of a value."""

    def getattr(self, obj: object, attribute: str) -> object:
        return _check(attribute, super().getattr(obj, attribute))

    def getitem(self, obj: object, argument: object) -> object:
        return _check(str(argument), super().getitem(obj, argument))


def _check(name: str, value: object) -> object:
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if isinstance(text, str) and _UNSAFE.search(text):
        raise UnsafeValue(name)
    return value


def _write_private(target: Path, text: str) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(handle, "w", encoding="utf-8") as file:
        file.write(text)
