"""What can go wrong between us and a bank."""

from __future__ import annotations


class BankFailure(Exception):
    """O banco não fez o que foi pedido."""

    transient = False


class BankUnreachable(BankFailure):
    """O banco não respondeu a tempo ou está fora do ar; o pedido pode ser repetido."""

    transient = True


class AnswerNotUnderstood(BankFailure):
    """O banco respondeu algo que não segue a API Pix."""


class BankRefused(BankFailure):
    """O banco recusou o pedido."""

    def __init__(
        self, status: int, kind: str, detail: str, violations: tuple[str, ...]
    ) -> None:
        super().__init__(f"{status} {kind}: {detail}")
        self.status = status  # of HTTP
        self.kind = kind  # last part of the problem's type, e.g. CobOperacaoInvalida
        self.detail = detail
        self.violations = violations  # properties that the bank named


class AccessRefused(BankRefused):
    """O banco não aceitou as credenciais ou o certificado."""


class NotAtBank(BankRefused):
    """O banco não conhece a cobrança, o Pix ou a recorrência."""


class ChargeDiffers(BankFailure):
    """Já existe no banco uma cobrança com este identificador e outro valor."""
