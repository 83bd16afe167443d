"""A creditor's own recordings for the prompts of the automatic conversation."""

from __future__ import annotations

from agent_console.api.endpoint import Endpoint, Page, Role
from agent_console.back_office import voices
from agent_console.back_office.voices import PromptOut, PromptsOut, SentQuery

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
ALL = "/api/v1/creditors/{id}/voice"
ONE = f"{ALL}/{{prompt:[a-z0-9_]+}}"
READ, WRITE = "creditors:read", "creditors:write"
PATH = "/back-office/creditors/{id}/voice"

PAGES = (Page(PATH, "creditor_voice.html", MAY, voices.page),)
ENDPOINTS = (
    Endpoint(
        verb="GET", path=ALL, roles=MAY, scope=READ,
        summary="Falas da URA: o que o credor gravou, o que falta e o texto a ler",
        handler=voices.list_them, answer=PromptsOut, problems=("no_creditor",),
    ),
    Endpoint(
        verb="PUT", path=ONE, roles=MAY, scope=WRITE,
        summary="Pôr uma gravação do credor, que é o corpo (WAV), no lugar da nossa voz",
        handler=voices.send, query=SentQuery, answer=PromptOut,
        problems=(
            "no_creditor", "no_prompt", "prompt_has_values", "recording_unconfirmed",
            "recording_refused",
        ),
    ),
    Endpoint(
        verb="DELETE", path=ONE, roles=MAY, scope=WRITE,
        summary="Voltar a dizer uma fala com a nossa voz", handler=voices.remove,
        answer=PromptOut, problems=("no_creditor", "no_prompt", "no_creditor_recording"),
    ),
    Endpoint(
        verb="PUT", path=f"{ONE}/before", roles=MAY, scope=WRITE,
        summary="Desfazer a última troca ou retirada de uma gravação do credor",
        handler=voices.put_back, answer=PromptOut,
        problems=("no_creditor", "no_prompt", "no_creditor_recording"),
    ),
    Endpoint(
        verb="GET", path=f"{ONE}/audio", roles=MAY, scope=READ,
        summary="Uma gravação do credor em WAV, como o devedor a ouve",
        handler=voices.hear, media="audio/wav",
        problems=("no_creditor", "no_prompt", "no_creditor_recording", "range"),
    ),
)  # fmt: skip
