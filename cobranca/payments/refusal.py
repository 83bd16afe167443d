"""What cannot be done with a means of payment, and why.

Pure. Each refusal carries a code in English, for programs, and a text in pt-BR, for
people; neither ever holds a document, a key or a name.
"""

from __future__ import annotations


class PaymentRefused(ValueError):
    """O pedido de pagamento não pode ser atendido."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class InvalidPixCode(PaymentRefused):
    """O código Pix não segue o padrão BR Code."""


class InvalidPixKey(PaymentRefused):
    """A chave Pix não tem a forma de nenhum dos cinco tipos."""


class InvalidBoleto(PaymentRefused):
    """O boleto não existe como foi escrito ou não pode ser emitido assim."""


class InvalidCnab(PaymentRefused):
    """O arquivo não é uma remessa ou um retorno CNAB que se possa usar."""
