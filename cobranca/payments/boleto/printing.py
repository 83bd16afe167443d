"""Boletos as PDF: one A4 page a slip, receipt above, the part for the bank below.

Blocking: call it in an executor. Drawn by reportlab, whose fonts and bar codes need
nothing of the system. FEBRABAN: interleaved 2 of 5, 103 mm wide and 13 mm high, narrow
bars; the typed line is real text, so it can be selected and read aloud.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from reportlab.graphics.barcode.common import I2of5
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from cobranca.payments.boleto.slip import Printed
from cobranca.payments.pix.qr import modules_of

_LEFT, _RIGHT = 12 * mm, A4[0] - 12 * mm
_BAR_WIDTH, _BAR_HEIGHT = 103 * mm, 13 * mm
_I25_UNITS = 405  # narrow bars in 44 digits with start and stop, wide ones being 3
_QR = 32 * mm
_LABEL, _TEXT, _SMALL = 6.5, 9.0, 7.5  # points
_ROW: float = 8.5 * mm
_TITLE = "Boleto"


def boletos_pdf(slips: Iterable[Printed]) -> bytes:
    """Return a PDF with a page for each slip; at least one."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=1, lang="pt-BR")
    canvas.setTitle(_TITLE)
    for slip in slips:
        _receipt(canvas, slip, A4[1] - 20 * mm)
        _cut(canvas, A4[1] / 2 + 18 * mm)
        _for_the_bank(canvas, slip, A4[1] / 2 + 8 * mm)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _receipt(canvas: Canvas, slip: Printed, top: float) -> None:
    _head(canvas, slip, top, right="Recibo do pagador")
    rows = (
        (("Beneficiário", " · ".join(slip.beneficiary)),),
        (("Pagador", " · ".join(slip.payer)),),
        (
            ("Vencimento", slip.due_on),
            ("Valor do documento", slip.amount),
            ("Nosso número", slip.nosso_numero),
            ("Agência/código do beneficiário", slip.agreement),
        ),
    )
    y = _rows(canvas, rows, top - 4 * mm)
    if slip.pix is not None:
        _pix(canvas, slip.pix, y)


def _for_the_bank(canvas: Canvas, slip: Printed, top: float) -> None:
    _head(canvas, slip, top, right=slip.line)
    rows = (
        (
            ("Local de pagamento", "Pagável em qualquer banco"),
            ("Vencimento", slip.due_on),
        ),
        (
            ("Beneficiário", " · ".join(slip.beneficiary[:2])),
            ("Agência/código do beneficiário", slip.agreement),
        ),
        (
            ("Data do documento", slip.issued_on),
            ("Nº do documento", slip.document_number),
            ("Carteira", slip.carteira),
            ("Espécie", "R$"),
            ("Nosso número", slip.nosso_numero),
            ("Valor do documento", slip.amount),
        ),
        (("Endereço do beneficiário", slip.beneficiary[2]),),
    )
    y = _rows(canvas, rows, top - 4 * mm)
    y = _instructions(canvas, slip.instructions, y)
    y = _rows(canvas, ((("Pagador", " · ".join(slip.payer)),),), y)
    _bars(canvas, slip.code, y - 4 * mm - _BAR_HEIGHT)


def _head(canvas: Canvas, slip: Printed, y: float, *, right: str) -> None:
    canvas.setFont("Helvetica-Bold", 12)
    canvas.drawString(_LEFT, y, slip.bank)
    canvas.drawString(_LEFT + 48 * mm, y, slip.bank_code)
    canvas.setFont("Helvetica-Bold", 11)
    canvas.drawRightString(_RIGHT, y, right)
    canvas.setLineWidth(1)
    canvas.line(_LEFT, y - 2 * mm, _RIGHT, y - 2 * mm)


_Row = tuple[tuple[str, str], ...]


def _rows(canvas: Canvas, rows: tuple[_Row, ...], y: float) -> float:
    """Draw rows of labelled cells of equal width; return where they end."""
    canvas.setLineWidth(0.4)
    for row in rows:
        width = (_RIGHT - _LEFT) / len(row)
        for place, (label, text) in enumerate(row):
            x = _LEFT + place * width
            canvas.setFont("Helvetica", _LABEL)
            canvas.drawString(x, y - 1 * mm, label)
            size = _TEXT
            while canvas.stringWidth(text, "Helvetica", size) > width - 2 and size > 5:
                size -= 0.5
            canvas.setFont("Helvetica", size)
            canvas.drawString(x, y - 5 * mm, text)
        y -= _ROW
        canvas.line(_LEFT, y + 2 * mm, _RIGHT, y + 2 * mm)
    return y


def _instructions(canvas: Canvas, lines: tuple[str, ...], y: float) -> float:
    canvas.setFont("Helvetica", _LABEL)
    canvas.drawString(
        _LEFT, y - 1 * mm, "Instruções (texto de responsabilidade do beneficiário)"
    )
    canvas.setFont("Helvetica", _SMALL)
    for line in lines:
        y -= 4 * mm
        canvas.drawString(_LEFT, y - 1 * mm, line)
    end: float = y - 5 * mm
    return end


def _pix(canvas: Canvas, code: str, y: float) -> None:
    canvas.setFont("Helvetica-Bold", _TEXT)
    canvas.drawString(_LEFT + _QR + 4 * mm, y - 6 * mm, "Pague com Pix")
    canvas.setFont("Helvetica", _SMALL)
    text = "Use o aplicativo do seu banco. Pagando por aqui, o boleto fica quitado."
    canvas.drawString(_LEFT + _QR + 4 * mm, y - 11 * mm, text)
    modules = modules_of(code)
    side = _QR / len(modules)
    for row, line in enumerate(modules):
        for column, dark in enumerate(line):
            if dark:
                x, bottom = _LEFT + column * side, y - (row + 1) * side
                canvas.rect(x, bottom, side, side, stroke=0, fill=1)


def _cut(canvas: Canvas, y: float) -> None:
    canvas.saveState()
    canvas.setLineWidth(0.4)
    canvas.setDash(2, 2)
    canvas.line(_LEFT, y, _RIGHT, y)
    canvas.restoreState()


def _bars(canvas: Canvas, code: str, y: float) -> None:
    """The library draws the bars; quiet zones are the page's own margin."""
    bars: Any = I2of5(
        code,
        barWidth=_BAR_WIDTH / _I25_UNITS,
        ratio=3.0,
        barHeight=_BAR_HEIGHT,
        checksum=0,
        bearers=0,
        quiet=0,
    )
    bars.drawOn(canvas, _LEFT, y)
