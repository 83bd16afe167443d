"""Coming in without the form of the login, whose own tests fill it."""

from __future__ import annotations

from playwright.async_api import Page

from tests.people import PASSWORD

SESSION = "/api/v1/session"


async def come_in(page: Page, console: str, login: str, to: str) -> None:
    """Begin a session for the page's context, and open one of the console's pages."""
    request = page.context.request
    door = await (await request.get(f"{console}{SESSION}")).json()
    answer = await request.post(
        f"{console}{SESSION}",
        data={"login": login, "password": PASSWORD},
        headers={"X-CSRF-Token": door["csrf"]},
    )
    assert answer.status == 201, await answer.text()
    await page.goto(f"{console}{to}")
