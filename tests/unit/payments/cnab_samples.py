"""A company, an account at each bank and two titles: what the golden files are made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from cobranca.payments.boleto.account import BillingAccount
from cobranca.payments.cnab.layout import Layout, layout_of
from cobranca.payments.cnab.remessa import LINE_END, Remessa
from cobranca.payments.cnab.retorno import Answer
from cobranca.payments.cnab.title import Company, Payer, Title
from foundation.brasil.document import parse_document

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "cnab"
AT = datetime(2026, 11, 20, 9, 8, 7)  # noqa: DTZ001 - banks write local time without a zone
COMPANY = Company(
    document=parse_document("11.222.333/0001-81"), name="Credora Exemplo Ltda"
)
PAYER = Payer(
    document=parse_document("529.982.247-25"),
    name="José da Silva Sauro",
    street="Rua das Flores 100",
    district="Centro",
    city="São Paulo",
    uf="SP",
    cep="01310-100",
)
FIRST = Title(
    charge_id=UUID("019ab000-0000-7000-8000-0000000000aa"),
    number=1234567,
    due_on=date(2026, 12, 10),
    issued_on=date(2026, 11, 20),
    amount=Decimal("1234.56"),
    payer=PAYER,
    interest_per_day=Decimal("0.41"),
    fine_percent=Decimal("2.00"),
)
SECOND = Title(
    charge_id=UUID("019ab000-0000-7000-8000-0000000000ab"),
    number=7654321,
    due_on=date(2026, 12, 20),
    issued_on=date(2026, 11, 20),
    amount=Decimal("99.90"),
    payer=replace(PAYER, document=parse_document("12.ABC.345/01DE-35")),
    discount=Decimal("5.00"),
    discount_until=date(2026, 12, 1),
)
ACCOUNTS = {
    "001": BillingAccount(
        bank="001", branch="4042", account="61900", carteira="17", variation="19",
        beneficiary="1238798",
    ),
    "033": BillingAccount(
        bank="033", branch="59", account="13000123", account_digit="4", carteira="101",
        beneficiary="1899775", transmission="751042700080112",
    ),
    "104": BillingAccount(
        bank="104", branch="1825", branch_digit="5", account="", carteira="14",
        beneficiary="245274",
    ),
    "237": BillingAccount(
        bank="237", branch="1172", account="403005", account_digit="2", carteira="9",
        beneficiary="4540691",
    ),
    "341": BillingAccount(
        bank="341", branch="810", account="53678", account_digit="9", carteira="109"
    ),
}  # fmt: skip


def remessa_of(bank: str, size: int) -> Remessa:
    """A file in the making for a bank's sample account."""
    layout = layout_of(bank, size, "remessa")
    return Remessa(layout, ACCOUNTS[bank], COMPANY, sequence=7, at=AT)


def golden_text(bank: str, size: int) -> str:
    """The remessa of both titles, as the bank gets it."""
    lines = remessa_of(bank, size).lines([FIRST, SECOND])
    return "".join(line + LINE_END for line in lines)


ADDRESS = "qrcodepix.example.com/qr/v2/cobv/9d36b84f-c70b-478f-b95c-12729b90ca25"
TXID = "BOLETO0000000000000000000000000041"


def pix_y03(_title: Answer, address: str = ADDRESS) -> str:
    """Santander's line of a Pix that it made for the title before it."""
    kind, blanks = "5", " " * 61
    head = "033" + "0001" + "3" + "00003" + "Y" + " " + "02" + "03"
    return f"{head}{blanks}{kind}{address:77}{TXID:35}" + " " * 47


def pix_record_2(_title: Answer, address: str = ADDRESS) -> str:
    """Santander's of 400 positions."""
    return f"2 {address:77}{TXID:35}" + " " * 280 + "000003"


def pix_record_4(title: Answer, address: str = ADDRESS) -> str:
    """Bradesco's."""
    head = "4" + "009" + "01234" + "0123456" + title.nosso_numero
    return f"{head}https://{address:69}{TXID:35}" + " " * 254 + "000003"


def with_line(content: bytes, layout: Layout, line: str, at: int) -> bytes:
    """A retorno with one line more, as its end counts."""
    lines = content.decode("ascii").rstrip("\r\n").split("\r\n")
    lines.insert(at, line)
    trailer = layout.records["file_trailer"]
    told = trailer.read(lines[-1]) | {"file_records": len(lines), "line": len(lines)}
    return "\r\n".join([*lines[:-1], trailer.written(told)]).encode("ascii")
