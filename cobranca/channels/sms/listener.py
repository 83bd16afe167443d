"""Hears an SMS provider's reports, each signed with the secret that we share.

200 when it is kept or of no message of ours, 401 to a wrong signature, 400 to what cannot
be read, 503 when it could not be kept: the provider then tells it again. Never on the
public port; bodies never enter a log.
"""

from __future__ import annotations

from aiohttp import web
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from cobranca.channels.email.listener import Keep
from cobranca.channels.sms.reports import SIGNATURE, ReportIn, is_signed, of_post
from foundation.observability import get_logger

LARGEST = 16 * 1024  # bytes of a report
PATH = "/reports"

log = get_logger(__name__)


def report_app(secret: bytes, keep: Keep) -> web.Application:
    """Return the application; `keep` commits a report or raises."""

    async def hear(request: web.Request) -> web.Response:
        body = await request.read()
        if not is_signed(secret, body, request.headers.get(SIGNATURE, "")):
            log.warning("sms_report_unsigned")
            return web.Response(status=401)
        try:
            report = of_post(ReportIn.model_validate_json(body))
        except ValidationError as error:
            log.warning("sms_report_illegible", faults=error.error_count())
            return web.Response(status=400)
        if report is not None:
            try:
                await keep(report)
            except (DBAPIError, OSError, TimeoutError) as error:
                log.warning("sms_report_not_kept", why=type(error).__name__)
                return web.Response(status=503)
        return web.Response()

    app = web.Application(client_max_size=LARGEST)
    app.router.add_post(PATH, hear)
    return app
