"""Settings of e-mail, SMS and the portal's address."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, SecretStr

from cobranca.language.saying import said_to_anybody
from foundation import settings


class Mail(settings.Mail):
    """The provider of e-mail; without a host nothing goes by e-mail."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: int = Field(587, ge=1, le=65535)
    tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="none only on loopback"
    )
    authorities: Path | None = Field(
        None, description="authorities by which its certificate is verified"
    )
    username: str | None = None
    password: SecretStr | None = None
    sender: str = Field(
        "nao-responda@acordo.example", pattern=r"^[^@\s<>]+@[^@\s<>]+$", description="From"
    )
    bounce_domain: str = Field(
        "retorno.acordo.example", description="domain whose mail comes to our listener"
    )


class Sms(settings.Sms):
    """The provider of SMS; without an address nothing goes by SMS."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    way: Literal["http", "smpp"] = "http"
    token: SecretStr | None = Field(None, description="bearer token of the provider")
    report_secret: SecretStr | None = Field(
        None, description="by which the provider signs its reports; default: generated"
    )
    port: int = Field(2775, ge=1, le=65535)
    system_id: str = Field("acordo", max_length=15)
    password: SecretStr | None = Field(None, description="of at most 8 characters (smpp)")
    sender: str = Field("28899", max_length=20, description="short code or name shown")


class Portal(settings.Section):
    """The debtor portal, as messages name it."""

    url: str | None = Field(
        None, description="its address for debtors; default: that of the console"
    )
    name: Annotated[str, AfterValidator(said_to_anybody)] = Field(
        "Acordo", min_length=1, max_length=20, description="who writes; not about debts"
    )
    link_hours: int = Field(72, ge=1, le=720, description="how long a link lives")
    address_tries: int = Field(
        60, ge=5, le=10000, description="tries of one address in ten minutes"
    )
