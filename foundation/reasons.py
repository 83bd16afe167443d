"""What is wrong with an entry of a file that people write: names, never values."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from foundation.system_reasons import unread

_REASONS = {
    "missing": "falta",
    "extra_forbidden": "não existe",
    "string_pattern_mismatch": "forma inválida",
    "literal_error": "use {expected}",
    "bool_type": "use true ou false",
    "bool_parsing": "use true ou false",
    "string_type": "escreva entre aspas",
    "string_too_short": "está vazio",
    "too_short": "está vazia",
    "uuid_parsing": "não é um identificador",
    "time_parsing": "escreva como 08:00",
    "int_type": "escreva um número inteiro",
    "int_parsing": "escreva um número inteiro",
    "float_type": "escreva um número",
    "tuple_type": "escreva uma lista, [ ... ]",
    "frozen_set_type": "escreva uma lista, [ ... ]",
    "greater_than": "mais que {gt}",
    "greater_than_equal": "no mínimo {ge}",
    "less_than_equal": "no máximo {le}",
    "value_error": "{error}",
}


def reasons(error: ValidationError, skip: int = 0) -> str:
    """Names and reasons; `skip`: leave out so many first parts of each name."""
    parts = []
    for one in error.errors(include_input=False, include_url=False):
        reason = _REASONS.get(one["type"])
        text = (
            one["msg"]
            if reason is None
            else reason.format(**one.get("ctx", {})).replace(" or ", " ou ")
        )
        name = ".".join(str(part) for part in one["loc"][skip:])
        parts.append(f"{name}: {text}" if name else text)
    return "; ".join(parts)


def entries(
    file: Path, table: str, refused: Callable[[str], Exception]
) -> list[dict[str, Any]]:
    """The tables `[[table]]` of a TOML file, one at least and nothing beside them.

    Raises what `refused` makes of the reason, in pt-BR.
    """
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise refused(unread(error)) from error
    except UnicodeDecodeError as error:
        raise refused("não é texto UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise refused(f"TOML inválido: {error}") from error
    strangers = sorted(content.keys() - {table})
    if strangers:
        raise refused(f"{strangers[0]} não existe; só [[{table}]]")
    found = content.get(table)
    if not isinstance(found, list) or not all(isinstance(e, dict) for e in found):
        raise refused(f"não há nenhuma [[{table}]]")
    return found
