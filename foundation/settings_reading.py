"""Read the settings at the start of a command, or say in one line what is wrong with them.

Kept apart from the processes' main: whoever only reads settings loads no server for it.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import SettingsError

from foundation.cli import Failure
from foundation.routes import read_routes
from foundation.settings import PREFIX, ProcessSettings, SecretFileUnreadable

RULES = "acordo.rules"  # reads the file of rules that the settings name
S = TypeVar("S", bound=ProcessSettings)


def read_settings(kind: type[S]) -> S:
    """Read a process's settings, and see that its routes and rules can be read too.

    Raises cli.Failure, which names what is wrong.
    """
    try:
        settings = kind()
    except (SecretFileUnreadable, SettingsError) as error:
        raise Failure(f"configuração: {error}") from None
    except ValidationError as error:
        raise Failure(f"configuração: {what_is_wrong(error)}") from None
    read_routes(settings)
    if settings.compliance.rules is not None:
        for point in entry_points(group=RULES):
            point.load()(settings)
    return settings


def what_is_wrong(error: ValidationError) -> str:
    """Names and reasons, never values: one of them may be a secret."""
    return "; ".join(
        f"{PREFIX}{'__'.join(str(part) for part in one['loc']).upper()}: {one['msg']}"
        for one in error.errors(include_input=False, include_url=False)
    )
