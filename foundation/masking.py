"""What must never stand in a log in clear, and how it is hidden.

Pure. Hides CPF and CNPJ (with mask or bare, the alphanumeric CNPJ too), Brazilian
telephones, any E.164 number, e-mail addresses, passwords in URLs, values of fields
that hold names, and the places where a database error quotes row values. When in
doubt it hides: any run of 10, 11 or 14 digits goes, whoever it belongs to. Left
whole are UUIDs, long hexadecimal digests, ISO dates and times, and numbers in fields
whose name carries a unit or an identifier (`_s`, `_bytes`, `channel`, ...).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID

HIDDEN = "***"

NAME_FIELDS = frozenset(
    {
        "name", "nome", "full_name", "debtor_name", "nome_devedor", "nome_completo",
        "first_name", "last_name", "birth_date", "nascimento", "address", "endereco",
        "caller_name", "calleridname", "connectedlinename", "cpf", "cnpj", "document",
        "documento", "phone", "telefone", "email", "e_mail", "password", "secret", "token",
    }
)  # fmt: skip
_UNIT = re.compile(r"(?:_s|_ms|_us|_bytes|bytes|_at|^at|timestamp|_cents|_total|^pid)$")
_IDENTIFIER = re.compile(r"(?:channel|uniqueid|linkedid|attempt|peer|call_id|attempt_id)$")
_UNIQUE_ID = re.compile(r"\d{10}\.\d{1,9}")  # what a switch calls a channel by itself

_NAMES = "|".join(sorted(NAME_FIELDS, key=len, reverse=True))
_NAMED_VALUE = re.compile(
    rf"""
    (?P<field> (?<![A-Za-z0-9]) (?:{_NAMES}) ["')\]]* \s* [:=] \s* )
    (?P<value> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | \([^)]*\) | [^,;(){{}}\[\]\n"']+ )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ROW_VALUES = re.compile(
    r"(?P<field>\[parameters: |Failing row contains |Key \([^)]*\)=)(?P<value>[^\n]*)"
)
_URL_PASSWORD = re.compile(r"://[^\s/@]*:[^\s/@]*@")

_PERSONAL = re.compile(
    r"""
    (?P<keep>
        (?<![0-9A-Za-z])
        [0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12} (?![0-9A-Za-z])
      | (?<![0-9A-Za-z]) [0-9a-f]{32,} (?![0-9A-Za-z])
      | (?<!\d) \d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]) (?!\d)
        (?: [T\ ]\d\d:\d\d (?: :\d\d (?:\.\d{1,9})? )? (?: Z | [+-]\d\d:?\d\d (?!\d) )? )?
    )
  | (?P<dialled> (?: (?<=PJSIP/) | (?<=sip:) ) \+?\d{8,} (?=@) )  # whatever a route adds
  | (?P<email> [^\s@<>()\[\],;:"'/\\=]+ @ (?:[\w-]+\.)+ [^\W\d_]{2,} )
  | (?P<cnpj>
        (?<![0-9A-Za-z]) [0-9A-Za-z]{2}[.\s]?[0-9A-Za-z]{3}[.\s]?[0-9A-Za-z]{3}
        [/\s][0-9A-Za-z]{4}[-\s]?\d{2} (?!\d)
      | (?<!\d) \d{2}[.\s]?\d{3}[.\s]?\d{3}[/\s.-]?\d{4}[-\s.]?\d{2} (?!\d)
      | (?<![0-9A-Za-z]) [0-9A-Z]{12}\d{2} (?![0-9A-Za-z])
    )
  | (?P<lower_cnpj> (?<![0-9A-Za-z]) [0-9A-Za-z]{12}\d{2} (?![0-9A-Za-z]) )
  | (?P<cpf> (?<!\d) \d{3}[.\s-]?\d{3}[.\s-]?\d{3}[.\s/-]?\d{2} (?!\d) )
  | (?P<e164> \+ \(?\d (?: [\s().-]{0,2}\d ){7,14} (?!\d) )
  | (?P<phone>
        (?<!\d) (?:(?:00)?55[\s.-]{0,2})? \(?0?(?:\d\d[\s.-]?)?\d\d\)? [\s.-]{0,2}
        (?:9[\s.]?)? \d{4}[\s.-]{0,2}\d{4} (?!\d)
      | (?<!\d) 9\d{4}-\d{4} (?!\d)
      | (?<!\d) (?:\d{10,11}|\d{14}|(?:55|0)\d{10,11}) (?!\d)
    )
    """,
    re.VERBOSE,
)


def mask_text(text: str) -> str:
    """Return the text with everything personal in it hidden; harmless text is unchanged.

    >>> mask_text("liga para (11) 91234-5678, CPF 529.982.247-25")
    'liga para ***, CPF ***'
    """
    text = _ROW_VALUES.sub(rf"\g<field>{HIDDEN}", text)
    text = _URL_PASSWORD.sub(f"://{HIDDEN}@", text)
    text = _NAMED_VALUE.sub(rf"\g<field>{HIDDEN}", text)
    return _PERSONAL.sub(_hide, text)


def mask_value(value: object, field: str = "") -> object:
    """Return the value of a log field with everything personal hidden, nested values too.

    Mappings, sequences and sets keep their shape; anything unknown becomes masked text.
    """
    if value is None or isinstance(value, bool | UUID | date | time | timedelta):
        return value
    if field.lower().replace("-", "_") in NAME_FIELDS:
        return HIDDEN
    if isinstance(value, Enum):
        return mask_value(value.value, field)
    if isinstance(value, int | float | Decimal):
        return _number(value, field)
    if isinstance(value, str):
        return _string(value, field)
    return _nested(value, field)


def _nested(value: object, field: str) -> object:
    if isinstance(value, Mapping):
        return {
            mask_text(str(key)): mask_value(item, str(key)) for key, item in value.items()
        }
    if isinstance(value, list | tuple | AbstractSet):
        return [mask_value(item, field) for item in value]
    if isinstance(value, bytes | bytearray):
        return mask_text(bytes(value).decode("utf-8", "replace"))
    return mask_text(str(value))


def _string(value: str, field: str) -> str:
    if _IDENTIFIER.search(field) and _UNIQUE_ID.fullmatch(value):
        return value
    return mask_text(value)


def _number(value: float | Decimal, field: str) -> object:
    """Numbers are no text, but a spreadsheet turns a telephone into 11912345678.0."""
    if _UNIT.search(field):
        return value
    shown = f"{value:f}".partition(".")[0]
    return value if _PERSONAL.fullmatch(shown) is None else HIDDEN


def _hide(match: re.Match[str]) -> str:
    found = match.group()
    if match["keep"] is not None:
        return found
    if match["lower_cnpj"] is not None and not _is_cnpj(found.upper()):
        return found
    return HIDDEN


def _is_cnpj(document: str) -> bool:
    """Check digits of a CNPJ; a letter counts as its code minus 48 (Receita, 2026-07)."""
    weights = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    for length in (12, 13):
        pairs = zip(document[:length], weights[13 - length :], strict=True)
        rest = sum((ord(letter) - 48) * weight for letter, weight in pairs) % 11
        if int(document[length]) != (0 if rest < 2 else 11 - rest):
            return False
    return True
