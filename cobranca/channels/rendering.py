"""Messages as they are read, from the catalogue `messages_pt_BR.toml`.

Pure but for reading its own files. One entry makes the SMS, the e-mail's plain text and its
page: they cannot say different things. Nothing here names creditor or debt before it is
sure who reads.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel, ConfigDict, Field

from cobranca.channels.message import Means, Rendered
from cobranca.channels.sms.letters import folded

_PAGES = Environment(
    loader=PackageLoader("cobranca.channels"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class UnknownTemplate(LookupError):
    """Não há modelo de mensagem com este nome."""


class Template(BaseModel):
    """One message. `link`: the words of its button, which leads to the value `link`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str = Field(min_length=1)
    sms: str = Field(min_length=1)
    paragraphs: tuple[str, ...] = Field(min_length=1)
    link: str = ""
    shown: str = ""  # a value to be seen at a glance, such as a code


class _Footer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    sent_by: str
    unsubscribe: str


@cache
def _catalogue() -> tuple[dict[str, Template], _Footer]:
    text = files("cobranca.channels").joinpath("messages_pt_BR.toml").read_text("utf-8")
    written = tomllib.loads(text)
    footer = _Footer.model_validate(written.pop("footer"))
    return {name: Template.model_validate(one) for name, one in written.items()}, footer


def templates() -> tuple[str, ...]:
    """Return the names of the messages that there are."""
    return tuple(_catalogue()[0])


def render(
    name: str,
    means: Means,
    values: Mapping[str, str],
    *,
    sender: str,
    unsubscribe: str = "",
) -> Rendered:
    """Return the message; raises UnknownTemplate, KeyError for a value that is missing."""
    catalogue, footer = _catalogue()
    if name not in catalogue:
        raise UnknownTemplate(name)
    template = catalogue[name]
    said = {**values, "sender": sender}
    if means == "sms":
        return Rendered(text=folded(template.sms.format_map(said)))
    paragraphs = [part.format_map(said) for part in template.paragraphs]
    shown = template.shown.format_map(said)
    link = said["link"] if template.link else ""
    foot = [footer.sent_by.format_map(said)]
    if unsubscribe:
        foot.append(footer.unsubscribe)
    subject = template.subject.format_map(said)
    page = {
        "subject": subject,
        "paragraphs": paragraphs,
        "shown": shown,
        "link": link,
        "link_words": template.link,
        "foot": foot,
        "unsubscribe": unsubscribe,
        "sender": sender,
    }
    text = [*paragraphs, shown, link and f"{template.link}: {link}", "-- ", *foot]
    return Rendered(
        subject=subject,
        text="\n\n".join(part for part in (*text, unsubscribe) if part) + "\n",
        html=_PAGES.get_template("message.html.j2").render(page),
    )
