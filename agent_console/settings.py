"""Settings of the console."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

from pydantic import ConfigDict, Field, SecretStr

from cobranca.channels.settings import Portal
from cobranca.debtors.imports.settings import Imports
from cobranca.payments.means_settings import Card, Transfer
from cobranca.payments.settings import Bank
from foundation import settings


class Console(settings.Console):
    model_config = ConfigDict(frozen=True, extra="forbid")

    https: bool = Field(
        False, description="people reach it by https, through a proxy that ends TLS"
    )
    proxies: tuple[IPv4Network | IPv6Network, ...] = Field(
        (), description="proxies whose X-Forwarded-For is believed"
    )
    session_idle_s: float = Field(
        3600.0, ge=60, le=86400, description="a session nobody uses ends after this"
    )
    session_s: float = Field(
        43200.0, ge=60, le=172800, description="a session ends after this, used or not"
    )
    login_tries: int = Field(
        5, ge=1, le=100, description="wrong passwords of one login before it must wait"
    )
    address_tries: int = Field(
        50, ge=1, le=10000, description="wrong passwords of one address before it waits"
    )
    requests_per_s: float = Field(
        100.0, gt=0, description="requests of one user or address a second, on average"
    )


class Turn(settings.Section):
    """Relays for browsers that no audio reaches directly."""

    urls: tuple[str, ...] = Field(
        (), max_length=4, description="as browsers take them: turn:HOST:3478?transport=udp"
    )
    secret: SecretStr | None = Field(
        None, description="shared with the relay, which believes what we sign with it"
    )
    at: str = Field(
        "", pattern=r"^([\w.-]+:\d{1,5})?$",
        description="HOST:PORT at which it is asked whether it answers; empty: it is not",
    )  # fmt: skip


class ConsoleSettings(settings.ProcessSettings):
    """What `acordo console` reads."""

    console: Console = Console()
    imports: Imports = Imports()
    bank: Bank = Bank()
    card: Card = Card()
    transfer: Transfer = Transfer()
    portal: Portal = Portal()
    turn: Turn = Turn()

    @property
    def portal_url(self) -> str:
        """Where debtors reach the portal, without a slash at its end."""
        own = f"http://{self.console.host}:{self.console.port}"
        return (self.portal.url or own).rstrip("/")
