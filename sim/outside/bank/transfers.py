"""Transfers into the creditor's account at the simulated bank, and its statement (OFX).

As banks export it: the payer's document stands in the entry's text. Pix that came is in
it too, for an account's statement holds all that came in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cobranca.payments.written import plain
from foundation.brasil.document import Document, formatted

_HEAD = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX>
<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>
<DTSERVER>{day}120000[-3:BRT]<LANGUAGE>POR</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>
<STMTRS><CURDEF>BRL
<BANKACCTFROM><BANKID>{bank}<ACCTID>{account}<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>{day}<DTEND>{day}
"""
_TAIL = """</BANKTRANLIST>
</STMTRS></STMTTRNRS></BANKMSGSRSV1>
</OFX>
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: negative amounts left the account."""

    on: date
    amount: Decimal
    told: str


@dataclass(slots=True)
class AccountBook:
    """What happened on the account, in order."""

    bank: str = "999"
    account: str = "12345"
    entries: list[Entry] = field(default_factory=list)

    def transfer(
        self, amount: Decimal, on: date, payer: Document | None, name: str = ""
    ) -> None:
        """Somebody transfers; a bank without the payer's document tells none."""
        who = "" if payer is None else formatted(payer)
        told = plain(f"TED RECEBIDA {who} {name}")
        self.entries.append(Entry(on, amount, told))

    def statement(self, on: date, pix: Iterable[Entry] = ()) -> bytes:
        """The whole statement as a file."""
        lines = [_HEAD.format(day=f"{on:%Y%m%d}", bank=self.bank, account=self.account)]
        for number, one in enumerate([*self.entries, *pix], start=1):
            kind = "CREDIT" if one.amount > 0 else "DEBIT"
            lines.append(
                f"<STMTTRN><TRNTYPE>{kind}<DTPOSTED>{one.on:%Y%m%d}120000[-3:BRT]"
                f"<TRNAMT>{one.amount:.2f}<FITID>{number:08d}<MEMO>{one.told}</STMTTRN>\n"
            )
        return "".join([*lines, _TAIL]).encode("cp1252")
