"""Settings of the worker."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from cobranca.channels.settings import Mail, Portal, Sms
from cobranca.debtors.imports.settings import Imports
from cobranca.payments.means_settings import Card, Transfer
from cobranca.payments.settings import Bank
from foundation import settings


class Worker(settings.Worker):
    model_config = ConfigDict(frozen=True, extra="forbid")

    parallel: int = Field(4, ge=1, le=32, description="outbox rows handled at once")
    poll_s: float = Field(
        1.0, gt=0, le=60, description="pause between looks, when nobody wakes us"
    )
    sweep_s: float = Field(
        300.0, gt=0, description="pause between sweeps for what a crash left behind"
    )
    what_if_s: float = Field(
        1800.0, ge=0, description="how old a campaign's what-if gets; 0: none is worked out"
    )


class WorkerSettings(settings.ProcessSettings):
    """What `acordo worker` reads."""

    worker: Worker = Worker()
    imports: Imports = Imports()
    bank: Bank = Bank()
    card: Card = Card()
    transfer: Transfer = Transfer()
    mail: Mail = Mail()
    sms: Sms = Sms()
    portal: Portal = Portal()
    console: settings.Console = settings.Console()

    @property
    def portal_url(self) -> str:
        """Where debtors reach the portal, without a slash at its end."""
        own = f"http://{self.console.host}:{self.console.port}"
        return (self.portal.url or own).rstrip("/")
