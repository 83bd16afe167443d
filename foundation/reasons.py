"""What is wrong with an entry of a file that people write: names, never values."""

from __future__ import annotations

from pydantic import ValidationError

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
