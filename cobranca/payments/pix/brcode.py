"""The BR Code: what a QR holds and what people paste, static and dynamic.

Pure. Follows the Manual de Padrões para Iniciação do Pix 2.8.0 (IN BCB 553/2024): 00 is
"01"; 01 is "12" in a code to be used once; 26 holds the Pix data, with either the key
(static) or the address of the charge (dynamic, without "https://"); 80 holds the address
of a recurrence (Pix Automático); 63 is a CRC-16/CCITT-FALSE over everything before it,
its own "6304" included. All of it is ASCII: names lose accents and are cut to 25
characters, cities to 15, because that is the standard's limit; keys and
addresses are never cut.
"""

from __future__ import annotations

import re
from binascii import crc_hqx
from dataclasses import dataclass
from decimal import Decimal

from cobranca.payments.pix import tlv
from cobranca.payments.pix.key import PixKey, parse_key
from cobranca.payments.refusal import InvalidPixCode
from cobranca.payments.written import from_cents, plain, to_cents

_GUI = "br.gov.bcb.pix"
NO_TXID = "***"
NAME_LONGEST, CITY_LONGEST, STATIC_TXID_LONGEST, URL_LONGEST = 25, 15, 25, 77
_TXID = re.compile(r"[A-Za-z0-9]{1,25}", re.ASCII)
_AMOUNT = re.compile(r"\d{1,10}(\.\d{1,2})?", re.ASCII)
_URL = re.compile(
    r"[a-z0-9.-]+\.[a-z]+(:\d+)?/[!-~]+|localhost(:\d+)?/[!-~]+", re.IGNORECASE | re.ASCII
)
_LONGEST_CODE = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Who is paid, as the payer's bank shows it before the charge is opened."""

    name: str
    city: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrCode:
    """What a BR Code says; of `key` and `url` one is set, or neither: a recurrence."""

    receiver: Receiver
    key: PixKey | None = None
    url: str | None = None  # of a dynamic charge, without scheme
    recurrence_url: str | None = None  # of a Pix Automático recurrence, without scheme
    amount: Decimal | None = None
    txid: str | None = None
    message: str | None = None
    once: bool = False


def static_code(
    key: PixKey,
    receiver: Receiver,
    *,
    amount: Decimal | None = None,
    txid: str | None = None,
    message: str | None = None,
) -> str:
    """Return the code that pays a key; `amount` None lets the payer choose it."""
    if txid is not None and not _TXID.fullmatch(txid):
        raise InvalidPixCode(
            "pix_txid", "identificador Pix com mais de 25 letras e números"
        )
    account = {"00": _GUI, "01": key.text}
    if message and (text := plain(message)):
        account["02"] = text
    return _with_crc(
        {"00": "01", "26": tlv.written(account)}
        | _sale(receiver, amount)
        | {"62": tlv.written({"05": txid or NO_TXID})}
    )


def dynamic_code(url: str, receiver: Receiver, *, recurrence_url: str | None = None) -> str:
    """Return the code of a charge that the bank keeps at `url`; it is good for once."""
    account = tlv.written({"00": _GUI, "25": charge_address(url)})
    fields = {"00": "01", "01": "12", "26": account} | _sale(receiver, None)
    fields["62"] = tlv.written({"05": NO_TXID})
    if recurrence_url is not None:
        fields["80"] = tlv.written({"00": _GUI, "25": charge_address(recurrence_url)})
    return _with_crc(fields)


def recurrence_code(recurrence_url: str, receiver: Receiver) -> str:
    """Return the code by which a payer authorises a Pix Automático, paying nothing now."""
    fields = {"00": "01", "26": tlv.written({"00": _GUI})} | _sale(receiver, None)
    fields["62"] = tlv.written({"05": NO_TXID})
    fields["80"] = tlv.written({"00": _GUI, "25": charge_address(recurrence_url)})
    return _with_crc(fields)


def charge_address(url: str) -> str:
    """Return the address of a charge if a code can hold it; raises InvalidPixCode."""
    if len(url) > URL_LONGEST or not _URL.fullmatch(url):
        raise InvalidPixCode("pix_url", "endereço de cobrança Pix inválido")
    return url


def crc(text: str) -> str:
    """Return the CRC-16/CCITT-FALSE of a text as four capital hexadecimal digits."""
    return f"{crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def read_code(text: str) -> BrCode:
    """Read a pasted code; raises InvalidPixCode with the reason."""
    code = text.strip()
    if not code.isascii() or not 8 < len(code) <= _LONGEST_CODE:
        raise InvalidPixCode("pix_malformed", "isto não é um código Pix copia e cola")
    fields = tlv.read(code)
    if fields.get("00") != "01" or list(fields)[-1] != "63":
        raise InvalidPixCode("pix_malformed", "isto não é um código Pix copia e cola")
    if crc(code[:-4]) != fields["63"].upper():
        raise InvalidPixCode(
            "pix_crc", "código Pix alterado: o dígito de controle não confere"
        )
    if fields.get("53") != "986" or fields.get("58") != "BR":
        raise InvalidPixCode(
            "pix_currency", "o código não é de um pagamento em reais no Brasil"
        )
    return _understood(fields)


def _understood(fields: dict[str, str]) -> BrCode:
    account = _pix_account(fields)
    url, key = account.get("25"), account.get("01")
    recurrence = tlv.read(fields["80"]).get("25") if "80" in fields else None
    if (url is None) == (key is None) and not (recurrence and url is None):
        raise InvalidPixCode(
            "pix_no_key", "código Pix sem chave e sem endereço de cobrança"
        )
    txid = tlv.read(fields["62"]).get("05") if "62" in fields else None
    return BrCode(
        receiver=Receiver(name=fields.get("59", ""), city=fields.get("60", "")),
        key=parse_key(key) if key is not None else None,
        url=url,
        recurrence_url=recurrence,
        amount=_amount(fields["54"]) if "54" in fields else None,
        txid=None if txid in (None, NO_TXID) else txid,
        message=account.get("02"),
        once=fields.get("01") == "12",
    )


def _pix_account(fields: dict[str, str]) -> dict[str, str]:
    """The template of 26..51 that is Pix's."""
    for identifier in map(str, range(26, 52)):
        if identifier in fields:
            account = tlv.read(fields[identifier])
            if account.get("00", "").lower() == _GUI:
                return account
    raise InvalidPixCode("pix_other_scheme", "o código é de outro arranjo, não do Pix")


def _amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise InvalidPixCode("pix_amount", "código Pix com valor ilegível")
    return from_cents(to_cents(Decimal(text)))


def _sale(receiver: Receiver, amount: Decimal | None) -> dict[str, str]:
    name, city = plain(receiver.name)[:NAME_LONGEST], plain(receiver.city)[:CITY_LONGEST]
    if not name.strip() or not city.strip():
        raise InvalidPixCode("pix_receiver", "falta o nome ou a cidade de quem recebe")
    sale = {"52": "0000", "53": "986"}
    if amount is not None:
        if to_cents(amount) <= 0 or len(written := f"{amount:.2f}") > 13:
            raise InvalidPixCode("pix_amount", "valor do Pix fora do que o código comporta")
        sale["54"] = written
    return sale | {"58": "BR", "59": name.strip(), "60": city.strip()}


def _with_crc(fields: dict[str, str]) -> str:
    body = tlv.written(fields) + "6304"
    return body + crc(body)
