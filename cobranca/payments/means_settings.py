"""Settings of cards and transfers: means that an installation may take beside its bank.

Nothing is given: neither is offered. What is given by halves is named at start.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from pydantic import ConfigDict, Field, SecretStr

from cobranca.payments.card.hosted import HostedCheckout
from cobranca.payments.card.port import MOST_INSTALMENTS, is_private
from foundation import settings
from foundation.brasil.document import Document, InvalidDocument, parse_document
from foundation.cli import CannotRun


class CardMisconfigured(CannotRun):
    """Falta algo para cobrar com cartão."""


class TransferMisconfigured(CannotRun):
    """Falta algo para receber por transferência."""


class Card(settings.Card):
    """A provider of hosted checkouts; no card data ever enters our processes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    secret: SecretStr | None = Field(None, description="ours at the provider")
    signing_secret: SecretStr | None = Field(None, description="of its webhooks")
    authorities: Path | None = Field(
        None, description="who vouches for the provider; default: the system's"
    )
    instalments: int = Field(
        12, ge=1, le=MOST_INSTALMENTS, description="at most; the payer chooses"
    )
    reconcile_s: float = Field(
        60.0, ge=1, le=86400, description="pause between askings for what was not told"
    )

    @property
    def in_use(self) -> bool:
        return self.url is not None

    def provider(self) -> HostedCheckout:
        """Return a client, to be entered; raises CardMisconfigured."""
        lacking = [name for name in ("secret", "signing_secret") if not getattr(self, name)]
        wrong = [f"falta {settings.PREFIX}CARD__{name.upper()}" for name in lacking]
        if self.url is None or not is_private(self.url):
            wrong.append(f"{settings.PREFIX}CARD__URL não é https")
        if wrong or self.secret is None or self.url is None:
            raise CardMisconfigured("cartão: " + "; ".join(wrong))
        try:
            trusted = ssl.create_default_context(
                cafile=None if self.authorities is None else str(self.authorities)
            )
        except OSError as error:
            raise CardMisconfigured(
                f"cartão: não é possível ler {self.authorities}"
            ) from error
        base = self.url.rstrip("/")
        return HostedCheckout(base, self.secret.get_secret_value(), ssl=trusted)

    def signed_by(self) -> bytes:
        """Return what the provider signs with; empty when there is none."""
        secret = self.signing_secret
        return b"" if secret is None else secret.get_secret_value().encode()


class Transfer(settings.Transfer):
    """The account that transfers go to, as payers are told it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    branch: str | None = Field(None, pattern=r"^\d{1,4}(-[\dXx])?$")
    account: str | None = Field(None, pattern=r"^\d{1,20}(-[\dXx])?$")
    holder: str | None = Field(None, max_length=60)
    document: str | None = Field(None, max_length=18, description="the holder's")

    @property
    def in_use(self) -> bool:
        return self.bank is not None

    def whole(self) -> Transfer:
        """Return it when nothing is missing; raises TransferMisconfigured."""
        names = ("branch", "account", "holder", "document")
        wrong = [
            f"falta {settings.PREFIX}TRANSFER__{name.upper()}"
            for name in names
            if getattr(self, name) is None
        ]
        try:
            self.held_by()
        except InvalidDocument as error:
            wrong.append(f"{settings.PREFIX}TRANSFER__DOCUMENT: {error}")
        if wrong:
            raise TransferMisconfigured("transferência: " + "; ".join(wrong))
        return self

    def held_by(self) -> Document:
        """The holder's CPF or CNPJ; raises InvalidDocument."""
        return parse_document(self.document or "")
