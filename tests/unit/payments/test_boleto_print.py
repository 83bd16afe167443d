"""Printed boletos, read as a cash desk and a telephone would read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from cobranca.payments.boleto.printing import boletos_pdf
from cobranca.payments.boleto.slip import Party, Printed, printed_slip
from cobranca.payments.pix.brcode import Receiver, dynamic_code, static_code
from cobranca.payments.pix.key import parse_key
from cobranca.payments.pix.qr import modules_of, svg_of
from cobranca.payments.refusal import InvalidBoleto
from foundation.brasil.document import parse_document
from tests.unit.payments.cnab_samples import ACCOUNTS

CREDITOR = Party(
    name="Credora Exemplo Ltda",
    document=parse_document("11.222.333/0001-81"),
    address="Avenida Paulista 1000, São Paulo/SP, 01310-100",
)
DEBTOR = Party(
    name="José da Silva",
    document=parse_document("529.982.247-25"),
    address="Rua das Flores 100, São Paulo/SP, 01310-100",
)
PIX = dynamic_code(
    "pix.banco.com.br/qr/v2/cobv/7", Receiver(name="Credora", city="SAO PAULO")
)


def _slip(bank: str, *, pix: str | None = None) -> Printed:
    return printed_slip(
        ACCOUNTS[bank],
        number=1234567,
        due_on=date(2026, 12, 10),
        issued_on=date(2026, 11, 20),
        amount=Decimal("1234.56"),
        beneficiary=CREDITOR,
        payer=DEBTOR,
        instructions=("Após o vencimento, multa de 2% e juros de 1% ao mês.",),
        pix=pix,
    )


def _pages(pdf: bytes) -> list[tuple[str, Image.Image]]:
    """Text and picture of each page, at the resolution of an office printer."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [
            (page.get_textpage().get_text_range(), page.render(scale=300 / 72).to_pil())
            for page in document
        ]
    finally:
        document.close()


def _read(picture: Image.Image) -> dict[str, str]:
    return {code.format.name: code.text for code in zxingcpp.read_barcodes(picture)}


def test_a_scanner_reads_the_bar_code_and_a_telephone_the_pix() -> None:
    slips = [_slip("341", pix=PIX), _slip("104")]
    pages = _pages(boletos_pdf(slips))
    first, second = (_read(picture) for _, picture in pages)
    assert sorted(first.values()) == sorted([slips[0].code, PIX])
    assert list(second.values()) == [slips[1].code]
    text = pages[0][0]
    for said in (
        slips[0].line,
        "R$",
        "10/12/2026",
        "11.222.333/0001-81",
        "Avenida Paulista",
    ):
        assert said in text


def test_the_qr_on_a_page_says_the_code() -> None:
    rows = modules_of(PIX)
    picture = Image.new("L", (len(rows), len(rows)), 255)
    picture.putdata([0 if dark else 255 for row in rows for dark in row])
    shown = picture.resize((len(rows) * 8,) * 2, Image.Resampling.NEAREST)
    assert list(_read(shown).values()) == [PIX]


def test_the_svg_needs_nothing_from_outside() -> None:
    svg = svg_of(PIX, title="QR Code do Pix")
    assert svg.startswith("<svg")
    assert "<title>QR Code do Pix</title>" in svg
    assert "href" not in svg
    assert "viewBox" in svg


def test_what_may_not_be_printed_is_refused() -> None:
    own = static_code(parse_key("a@b.com.br"), Receiver(name="Credora", city="SAO PAULO"))
    with pytest.raises(InvalidBoleto, match="mesma cobrança"):
        _slip("341", pix=own)
    with pytest.raises(InvalidBoleto, match="endereço do credor"):
        printed_slip(
            ACCOUNTS["341"],
            number=1,
            due_on=date(2026, 12, 10),
            issued_on=date(2026, 11, 20),
            amount=Decimal(1),
            beneficiary=replace(CREDITOR, address=" "),
            payer=DEBTOR,
        )
