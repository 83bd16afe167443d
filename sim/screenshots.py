"""Pictures of every page of a running demonstration, light and dark, for the documents.

Looks and clicks as a person would, with the demonstration's own logins, in the machine's
Chromium. Changes nothing but what looking changes (a recording heard is audited) and what
the desk needs: an agent comes in and takes a call, and for a moment a small campaign by
hand runs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page
from playwright.async_api import Error as BrowserError

from foundation.cli import Failure
from foundation.home import Home
from foundation.settings import ProcessSettings
from sim import browser as browser_of_machine
from sim.browser import driver
from sim.demo_previews import previews

LAPTOP, TV = (1366, 768), (1920, 1080)
SCHEMES = ("light", "dark")
PATIENCE_MS = 60_000  # for a call that comes to the desk, too
SETTLE_MS = 2500  # figures, charts and waveforms come a moment after the page


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: whose login (none: the door), which page, what must be there first."""

    name: str
    login: str | None
    path: str
    ready: str
    clicks: tuple[str, ...] = ()
    after: tuple[str, ...] = ()  # clicks that leave things as they were
    size: tuple[int, int] = LAPTOP


SHOTS = (
    Shot("entrada", None, "/login", "#login"),
    Shot(
        "atendimento", "atendente1", "/desk", "main h1, desk-state",
        clicks=("[data-do=log_in]", "[data-do=available]",
                "desk-state[data-state=talking]", "[data-step=claimed]"),
        after=("[data-phone-do=hang_up]", "[data-do=log_out]"),
    ),
    Shot("supervisao", "supervisora", "/supervision", "#agents li"),
    Shot("supervisao-tv", "supervisora", "/supervision?tv=1", "#agents li", size=TV),
    Shot("campanhas", "supervisora", "/campaigns", "#campaigns tbody tr"),
    Shot(
        "ritmo", "supervisora", "/campaigns", "#campaigns [data-mode][href]",
        clicks=("tr:has([data-status=running]) [data-mode]", "#decisions li"),
    ),
    Shot("campanha-nova", "supervisora", "/campaigns/new", "#count:not(.old)"),
    Shot(
        "gravacoes", "supervisora", "/recordings", "#list tbody tr",
        clicks=("#list tbody tr:nth-child(2) .listen", "#play"),
    ),
    Shot("dimensionamento", "supervisora", "/staffing", ".enough"),
    Shot("importacao", "supervisora", "/imports", "main h1"),
    Shot("usuarios", "admin", "/users", "main table"),
    Shot("auditoria", "admin", "/audit", "main h1"),
    Shot("conta", "supervisora", "/account", "main h1"),
)  # fmt: skip
PREVIEW = Shot(
    "previa", "atendente1", "/desk", "main h1, desk-state",
    clicks=("[data-do=log_in]", "[data-do=available]", ".debtor-name"),
    after=("[data-do=log_out]",),
)  # fmt: skip


async def take(base: str, settings: ProcessSettings, folder: Path) -> list[Path]:
    """Write `NAME-light.png` and `NAME-dark.png` of each page; return the files.

    Raises Failure: no Chromium, no console, no demonstration, a page that does not come.
    """
    program = browser_of_machine.program()
    if program is None:
        raise Failure(browser_of_machine.MISSING)
    passwords = _prepared(Home(settings.home).demo_logins, folder)
    async with driver() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, args=list(browser_of_machine.SPEAKS_HERE)
        )
        try:
            written = await _all(browser, base, passwords, folder, SHOTS)
            async with previews(settings):
                return written + await _all(browser, base, passwords, folder, [PREVIEW])
        finally:
            await browser.close()


def _prepared(logins: Path, folder: Path) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        passwords: dict[str, str] = json.loads(logins.read_text("utf-8"))
    except FileNotFoundError:
        raise Failure("não há demonstração aqui; inicie com: acordo up --demo") from None
    return passwords


async def _all(
    browser: Browser,
    base: str,
    passwords: dict[str, str],
    folder: Path,
    shots: Sequence[Shot],
) -> list[Path]:
    written: list[Path] = []
    for login in dict.fromkeys(shot.login for shot in shots):
        context = await _context(browser, base, login, passwords)
        for shot in (shot for shot in shots if shot.login == login):
            try:
                written += await _take(context, base, shot, folder)
            except BrowserError as error:
                why = error.message.splitlines()[0]
                raise Failure(f"a tela {shot.name} não veio: {why}") from error
        await context.close()
    return written


async def _context(
    browser: Browser, base: str, login: str | None, passwords: dict[str, str]
) -> BrowserContext:
    context = await browser.new_context(
        locale="pt-BR", timezone_id="America/Sao_Paulo", permissions=["microphone"]
    )
    context.set_default_timeout(PATIENCE_MS)
    if login is None:
        return context
    if login not in passwords:
        raise Failure(f"a demonstração não tem mais o login {login}")
    page = await context.new_page()
    await browser_of_machine.log_in(page, base, login, passwords[login], "/")
    await page.close()
    return context


async def _take(
    context: BrowserContext, base: str, shot: Shot, folder: Path
) -> Sequence[Path]:
    page = await context.new_page()
    width, height = shot.size
    await page.set_viewport_size({"width": width, "height": height})
    await page.goto(base + shot.path)
    await page.wait_for_selector(shot.ready)
    for selector in shot.clicks:
        await page.click(selector)
    await page.wait_for_timeout(SETTLE_MS)
    written = [await _picture(page, shot, scheme, folder) for scheme in SCHEMES]
    for selector in shot.after:
        await page.click(selector)
    await page.close()
    return written


async def _picture(page: Page, shot: Shot, scheme: str, folder: Path) -> Path:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.wait_for_timeout(300)
    path = folder / f"{shot.name}-{scheme}.png"
    await page.screenshot(path=path, animations="disabled")
    return path
