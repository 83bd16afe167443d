"""Transaction identifiers of Pix: made by us from the charge's id, so unique and ours.

Pure. A charge registered by API takes 26..35 letters and digits: here "AC", the 32
hexadecimal digits of the charge's UUID and one check letter, 35 in all. A static code
takes up to 25: the UUID in base 36 is exactly 25. Both lead back to the charge, so a
payment finds its debt even when everything else about it is wrong; a txid that is not
ours is told apart instead of being looked up. Why ours and not the bank's: the charge is
known before the network is asked, and asking twice cannot make two.
"""

from __future__ import annotations

import re
from uuid import UUID

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OURS = re.compile(r"AC([0-9a-f]{32})([G-Z])", re.ASCII)
_STATIC = re.compile(r"[0-9A-Z]{25}", re.ASCII)
_CHECKS = "GHIJKLMNOPQRSTUVWXYZ"  # 20 letters that no hexadecimal digit is
_MODULUS = 19  # prime, so that a digit changed or two swapped change the letter


def txid_of(charge_id: UUID) -> str:
    """Return the 35 characters of a charge registered at a bank."""
    return f"AC{charge_id.hex}{_check(charge_id)}"


def static_txid_of(charge_id: UUID) -> str:
    """Return the 25 characters of a charge in a static code."""
    value, digits = charge_id.int, []
    for _ in range(25):
        value, digit = divmod(value, 36)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def charge_of(txid: str) -> UUID | None:
    """Return the charge that a txid of ours names; None when the txid is not ours."""
    if found := _OURS.fullmatch(txid):
        charge_id = UUID(hex=found[1])
        return charge_id if _check(charge_id) == found[2] else None
    if _STATIC.fullmatch(txid):
        value = int(txid, 36)
        if value < 1 << 128 and UUID(int=value).version == 7:
            return UUID(int=value)
    return None


def _check(charge_id: UUID) -> str:
    return _CHECKS[charge_id.int % _MODULUS]
