"""Looking a text over before a debtor hears or reads it; for the editors of texts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agent_console.api.endpoint import Asked, Endpoint, Page, Role
from cobranca.language.lint import Finding, lint
from cobranca.language.rulebook import rules_in_force

LONGEST = 20_000  # letters; the longest script is a tenth of it


class WordingIn(BaseModel):
    """A text; a line `--- identidade confirmada ---` in it parts before from after."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(max_length=LONGEST)
    before_identity: bool = False


class FindingOut(BaseModel):
    """`begin` to `end`: letters of the text. `refuses` false: somebody should look."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    name: str
    begin: int
    end: int
    found: str
    source: str
    instead: str
    refuses: bool

    @classmethod
    def of(cls, finding: Finding) -> FindingOut:
        rule = finding.rule
        return cls(
            rule=rule.code,
            name=rule.name,
            begin=finding.begin,
            end=finding.end,
            found=finding.found,
            source=rule.source,
            instead=rule.instead,
            refuses=finding.refuses,
        )


class WordingOut(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    usable: bool
    findings: list[FindingOut]


async def look_over(asked: Asked[WordingIn, None]) -> WordingOut:
    text, before = asked.body.text, asked.body.before_identity
    found = await asyncio.to_thread(lint, text, rules_in_force(), before_identity=before)
    return WordingOut(
        usable=not any(finding.refuses for finding in found),
        findings=[FindingOut.of(finding) for finding in found],
    )


async def shown(asked: Asked[None, None]) -> Mapping[str, Any]:
    return {"longest": LONGEST}


MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
ENDPOINTS = (
    Endpoint(
        verb="POST",
        path="/api/v1/wording",
        summary="Ameaça, vergonha, urgência falsa ou dívida antes da hora num texto",
        roles=MAY,
        scope="wording:check",
        handler=look_over,
        reads=True,
        body=WordingIn,
        answer=WordingOut,
    ),
)
PAGES = (Page("/wording", "wording.html", MAY, shown),)
