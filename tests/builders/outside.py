"""The simulated providers of messages beside a test, and an outbox that uses them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.channels import receipts, sending
from cobranca.channels.email.listener import listening
from cobranca.channels.hearing import kept
from cobranca.channels.message import Report
from cobranca.channels.outlets import close_outlets, outlets_of, report_secret
from cobranca.channels.sms.listener import report_app
from cobranca.outbox_runner import Outbox
from cobranca.portal import codes
from cobranca.settings import WorkerSettings
from foundation.health import listen
from foundation.home import Home
from foundation.settings import Outside, ProcessSettings
from sim.outside.habits import MessageHabits
from sim.outside.messages import (
    TOKEN,
    Messages,
    folder_of,
    inbox_file,
    running_messages,
    smpp_password,
)
from sim.throw_away import free_port

HANDLERS = {"message": sending.send, "portal_code": codes.send, "receipt": receipts.send}
PROMPT = MessageHabits()  # nothing late, nothing lost


@dataclass(frozen=True, slots=True)
class Post:
    """The providers, and the worker that hands them messages."""

    outside: Messages
    settings: WorkerSettings
    outbox: Outbox

    async def work(self) -> None:
        """Run what is due in the outbox, and let the providers tell of it."""
        while await self.outbox.run_one():
            pass
        await self.outside.mail.settle()
        await self.outside.sms.settle()


@asynccontextmanager
async def a_post(
    engine: AsyncEngine,
    settings: ProcessSettings,
    home: Home,
    *,
    way: str = "http",
    habits: MessageHabits = PROMPT,
    url: str | None = None,
) -> AsyncIterator[Post]:
    """Run them until the block ends. `url`: of the portal, as messages name it."""
    ports = Outside(
        health_port=1, mail_port=free_port(), sms_port=free_port(), smpp_port=free_port(),
        pages_port=free_port(), bounces_port=free_port(), reports_port=free_port(),
    )  # fmt: skip
    inbox_file(home).unlink(missing_ok=True)  # of another test
    own = WorkerSettings.model_validate(_settings(settings, home, ports, way, url))

    async def keep(report: Report) -> None:
        await kept(engine, report)

    try:
        with ThreadPoolExecutor(1) as executor:
            async with (
                running_messages(home, ports, habits=habits) as outside,
                listening("127.0.0.1", ports.bounces_port, own.mail.bounce_domain, keep),
                listen(
                    report_app(report_secret(own), keep),
                    "127.0.0.1",
                    ports.reports_port,
                    "avisos",
                ),
            ):
                outlets_of(own)
                outbox = Outbox(
                    engine=engine, settings=own, handlers=HANDLERS, executor=executor
                )
                yield Post(outside, own, outbox)
    finally:
        await close_outlets()


def _settings(
    settings: ProcessSettings, home: Home, ports: Outside, way: str, url: str | None
) -> dict[str, Any]:
    sms: dict[str, Any] = {"way": way}
    if way == "http":
        sms |= {
            "url": f"http://127.0.0.1:{ports.sms_port}/messages",
            "token": home.secret(TOKEN),
        }
    else:
        sms |= {
            "host": "127.0.0.1",
            "port": ports.smpp_port,
            "password": smpp_password(home),
        }
    return {
        "home": settings.home,
        "database_url": settings.database_url,
        "sms": sms,
        "mail": {
            "host": "localhost",
            "port": ports.mail_port,
            "authorities": folder_of(home) / "authority.pem",
        },
        "portal": {"url": url or "https://portal.example"},
    }
