"""How a page of the portal is made: no script, one small style sheet, no console in it.

The whole of a page with its style stays under 100 kB: a cheap telephone on a slow network
is what most people come with.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from aiohttp import web

from agent_console.pages import TEMPLATES
from agent_console.portal.visits import Visit
from agent_console.services import SETTINGS
from foundation.brasil.dates import format_date, format_instant
from foundation.brasil.document import InvalidDocument, formatted, parse_document
from foundation.brasil.money import format_amount


async def show(
    request: web.Request,
    template: str,
    *,
    visit: Visit | None = None,
    status: int = 200,
    **context: Any,
) -> web.Response:
    """Fill a template of `portal/`."""
    html = (
        await request.app[TEMPLATES]
        .get_template(f"portal/{template}")
        .render_async(
            visit=visit,
            here=request.path,
            brand=request.app[SETTINGS].portal.name,
            money=_money,
            day=format_date,
            instant=format_instant,
            document=_document,
            telephone=_telephone,
            **context,
        )
    )
    return web.Response(text=html, content_type="text/html", status=status)


def _document(text: str) -> str:
    """CPF or CNPJ with its marks; as it is when it is neither."""
    try:
        return formatted(parse_document(text))
    except InvalidDocument:
        return text


def _telephone(e164: str) -> str:
    """As people here write it; as it is when it is no Brazilian number."""
    found = re.fullmatch(r"\+55(\d\d)(\d{4,5})(\d{4})", e164)
    return f"({found[1]}) {found[2]}-{found[3]}" if found else e164


def _money(amount: Decimal) -> str:
    return format_amount(amount)
