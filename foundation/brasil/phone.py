"""Which telephone numbers may be dialled, in E.164, and which exist only in the simulator.

Pure; numbering rules are those of `phonenumbers`. Only Brazilian fixed and mobile lines
with a DDD are dialable: no 0800, 0300, 0900, 4004, three-digit or foreign number, and
no extension behind a switchboard (the person who answers there is a third party).

Simulated numbers are `+55 DD 90 OO xxxxx`: valid mobiles in form, in a range that no
operator uses; OO names a scripted outcome where a scenario wants one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumberType
from phonenumbers.data.region_BR import PHONE_METADATA_BR as METADATA

from foundation.brasil.ddd import AREAS, Area

_COUNTRY = 55
_CHARACTERS = re.compile(r"[\d()+\-./\s]+", re.ASCII)
_SIMULATED = re.compile(r"\+55(\d\d)90(\d\d)(\d{5})", re.ASCII)
_SERVICE = re.compile(  # 0800 ..., the same without its zero, 4004 and 3003, 190
    r"0(?:800|300|303|304|500|900)\d{5,8}|(?:800|300|303|500|900)\d{7}"
    r"|(?:400\d|300[03])\d{4}|\d{3}",
    re.ASCII,
)
_MOBILE, _FIXED = (  # a kind without a pattern matches nothing
    re.compile(rf"\+{_COUNTRY}(?:{kind and kind.national_number_pattern})", re.ASCII)
    for kind in (METADATA.mobile, METADATA.fixed_line)
)
_MOBILE_LENGTH = 14  # with the ninth digit
_SEPARATORS = re.compile(r"[;,|/\n]| e | ou ", re.IGNORECASE)


class UndialableNumber(ValueError):
    """O telefone não é um fixo ou celular brasileiro que se possa discar."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A dialable number."""

    e164: str
    line: Literal["mobile", "fixed"]
    area: Area


def parse_phone(text: str, *, ddd: str = "") -> Phone:
    """Read one number as people write it; `ddd` is used when the text has none.

    Raises UndialableNumber with the reason in pt-BR; the reason never holds the number.
    """
    written = text.strip()
    if not _CHARACTERS.fullmatch(written):
        raise UndialableNumber("telefone com letras, ramal ou caracteres estranhos")
    digits = re.sub(r"\D", "", written)
    if _SERVICE.fullmatch(digits):
        raise UndialableNumber("telefone de serviço (0800, 0300, 4004, três dígitos)")
    if len(digits) in (8, 9) and ddd:
        written, digits = ddd + digits, ddd + digits
    if len(digits) < 10:
        raise UndialableNumber("telefone sem DDD ou com dígitos a menos")
    return _classify(_parse(written))


def _parse(written: str) -> phonenumbers.PhoneNumber:
    try:
        return phonenumbers.parse(written, "BR")
    except phonenumbers.NumberParseException as error:
        raise UndialableNumber("telefone ilegível") from error


def _classify(number: phonenumbers.PhoneNumber) -> Phone:
    if number.country_code != _COUNTRY:
        raise UndialableNumber("telefone de outro país")
    national = phonenumbers.national_significant_number(number)
    area = AREAS.get(national[:2])
    kind = phonenumbers.number_type(number)
    if area is not None and kind == PhoneNumberType.MOBILE and len(national) == 11:
        return Phone(f"+{_COUNTRY}{national}", "mobile", area)
    if area is not None and kind == PhoneNumberType.FIXED_LINE:
        return Phone(f"+{_COUNTRY}{national}", "fixed", area)
    raise UndialableNumber(_why(national, area, kind))


def _why(national: str, area: Area | None, kind: int) -> str:
    if kind not in (PhoneNumberType.UNKNOWN, PhoneNumberType.MOBILE):
        return "telefone de serviço (0800, 0300, 0900)"
    if area is None:
        return "DDD inexistente"
    if len(national) == 10 and national[2] in "6789":
        return "celular sem o nono dígito"
    return "telefone com quantidade de dígitos ou início inválidos"


def split_phones(cell: str) -> list[str]:
    """Return the numbers in one cell, which people separate by `/ ; , |` or " e "."""
    return [part for part in map(str.strip, _SEPARATORS.split(cell)) if part]


def e164_or_empty(text: str) -> str:
    """Return a number as the network tells it in E.164; empty when it tells none that can
    be dialled.

    >>> e164_or_empty("5511900100199"), e164_or_empty("anonymous")
    ('+5511900100199', '')
    """
    try:
        return parse_phone(text).e164
    except UndialableNumber:
        return ""


def line_of(e164: str) -> Literal["mobile", "fixed", "other"]:
    """Return what kind of destination a stored number is; "other" must not be dialled.

    By the patterns that `parse_phone` ends in, in a hundredth of its time: the policy of
    contact asks this of every number.
    """
    if e164[3:5] not in AREAS:
        return "other"
    if len(e164) == _MOBILE_LENGTH and _MOBILE.fullmatch(e164):
        return "mobile"
    return "fixed" if _FIXED.fullmatch(e164) else "other"


def is_simulated(e164: str) -> bool:
    """Tell whether a number belongs to the simulated range of any real DDD."""
    return scripted_digits(e164) is not None


def scripted_digits(e164: str) -> str | None:
    """Return the OO of a simulated number; None when it is not one."""
    found = _SIMULATED.fullmatch(e164)
    return found[2] if found and found[1] in AREAS else None


def simulated_number(ddd: str, serial: int, *, script: str = "00") -> str:
    """Return the simulated number of a DDD with that serial, 0..99999, and scripted OO."""
    return f"+55{ddd}90{script}{serial:05d}"


def masked_phone(e164: str) -> str:
    """Return a form for screens and logs: `+55 11 *****-5678`."""
    return f"+55 {e164[3:5]} *****-{e164[-4:]}"
