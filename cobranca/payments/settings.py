"""Settings of the bank, and of whoever takes cards, that money comes through.

Nothing is given: payments are recorded by hand and by file, and no code is issued. An
address alone is not enough: what is then missing, or cannot be read, is named at start.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

from pydantic import ConfigDict, Field, SecretStr

from cobranca.payments.api_pix.connection import BankAccess
from cobranca.payments.api_pix.orders import ReceivingAccount
from cobranca.payments.pix.brcode import Receiver
from cobranca.payments.pix.key import PixKey, parse_key
from cobranca.payments.refusal import InvalidPixKey
from foundation import settings
from foundation.cli import CannotRun

_NEEDED = ("token_url", "client_id", "client_secret", "certificate", "private_key",
           "pix_key", "receiver_name", "receiver_city", "webhook_url",
           "webhook_authorities")  # fmt: skip
_FILES = ("certificate", "private_key", "authorities", "webhook_certificate",
          "webhook_private_key", "webhook_authorities")  # fmt: skip

T = TypeVar("T")


class BankMisconfigured(CannotRun):
    """Falta algo para falar com o banco."""


class Bank(settings.Bank):
    """One bank by API Pix 2.9; files are PEM."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token_url: str | None = Field(None, pattern=r"^https://", description="OAuth")
    client_id: str | None = None
    client_secret: SecretStr | None = None
    certificate: Path | None = Field(None, description="ours, shown to the bank")
    private_key: Path | None = None
    authorities: Path | None = Field(
        None, description="who vouches for the bank; default: the system's"
    )
    pix_key: str | None = Field(None, description="the key that gets the money")
    receiver_name: str | None = None
    receiver_city: str | None = None
    branch: str | None = Field(None, pattern=r"^\d{1,4}$", description="of the account")
    account_number: str | None = Field(None, pattern=r"^\d{1,20}$")
    webhook_url: str | None = Field(
        None, pattern=r"^https://", description="where the bank reaches our listener"
    )
    webhook_certificate: Path | None = Field(
        None, description="the listener's; default: the one shown to the bank"
    )
    webhook_private_key: Path | None = None
    webhook_authorities: Path | None = Field(
        None, description="who vouches for whoever speaks to our listener"
    )
    reconcile_s: float = Field(
        60.0, ge=1, le=86400, description="pause between askings for what was not told"
    )

    @property
    def in_use(self) -> bool:
        return self.api_url is not None

    @property
    def key(self) -> PixKey:
        return parse_key(self.pix_key or "")

    @property
    def account(self) -> ReceivingAccount | None:
        """Where recurring charges are paid to; None: no Pix Automático is asked for."""
        if self.branch is None or self.account_number is None:
            return None
        return ReceivingAccount(branch=self.branch, account=self.account_number)

    @property
    def receiver(self) -> Receiver:
        return Receiver(name=self.receiver_name or "", city=self.receiver_city or "")

    def access(self) -> BankAccess:
        """How the bank is reached; raises BankMisconfigured with all that is wrong."""
        lacking = [name for name in _NEEDED if getattr(self, name) is None]
        wrong = [f"falta {_variable(name)}" for name in lacking]
        paths = {name: getattr(self, name) for name in _FILES}
        for name, path in paths.items():
            if path is not None and not os.access(path, os.R_OK):
                wrong.append(f"{_variable(name)}: não é possível ler {path}")
        if self.pix_key is not None:
            try:
                parse_key(self.pix_key)
            except InvalidPixKey as error:
                wrong.append(f"{_variable('pix_key')}: {error}")
        if wrong:
            raise BankMisconfigured("banco: " + "; ".join(wrong))
        return BankAccess(
            base_url=given(self.api_url).rstrip("/"),
            token_url=given(self.token_url),
            client_id=given(self.client_id),
            client_secret=given(self.client_secret).get_secret_value(),
            certificate=given(self.certificate),
            private_key=given(self.private_key),
            authorities=self.authorities,
        )


def given(value: T | None) -> T:
    """Return what `access` saw to be there."""
    if value is None:
        raise BankMisconfigured(BankMisconfigured.__doc__)
    return value


def _variable(name: str) -> str:
    return f"{settings.PREFIX}BANK__{name.upper()}"
