"""What carriers and providers tell of an SMS afterwards.

Pure. The words of a delivery receipt are those of SMPP 3.4, appendix B, which providers
with an HTTP interface use as well. A message that waits at the carrier (ENROUTE, ACCEPTD)
tells nothing yet.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from cobranca.channels.message import Happened, Report

PROVIDER_SMPP, PROVIDER_HTTP = "sms.smpp", "sms.http"
SIGNATURE = "X-Signature"
_FINAL = {
    "DELIVRD": (Happened.DELIVERED, ""),
    "EXPIRED": (Happened.FAILED, "expired"),
    "DELETED": (Happened.FAILED, "deleted"),
    "UNDELIV": (Happened.FAILED, "not_delivered"),
    "REJECTD": (Happened.FAILED, "rejected"),
    "UNKNOWN": (Happened.FAILED, "not_delivered"),
}
_NO_SUCH = frozenset({"001", "1", "005", "5"})  # unknown, or not in service (GSM MAP)
_RECEIPT = re.compile(
    r"id:(?P<id>\S{1,65})\s.*?\bstat:(?P<stat>[A-Z]{7})(?:\s+err:(?P<err>\w{1,3}))?",
    re.ASCII | re.DOTALL,
)


class ReportIn(BaseModel):
    """What a provider posts."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(min_length=1, max_length=80)
    status: str = Field(min_length=1, max_length=20)
    error: str = Field("", max_length=10)
    at: AwareDatetime


def of_receipt(text: str, at: datetime) -> Report | None:
    """Return what a receipt over SMPP tells; None when nothing is final, or no receipt."""
    found = _RECEIPT.search(text)
    if found is None:
        return None
    return _report(PROVIDER_SMPP, found["id"], found["stat"], found["err"] or "", at)


def of_post(told: ReportIn) -> Report | None:
    """Return what a report over HTTP tells; None when nothing is final."""
    return _report(PROVIDER_HTTP, told.id, told.status.upper(), told.error, told.at)


def _report(
    provider: str, name: str, status: str, error: str, at: datetime
) -> Report | None:
    if status not in _FINAL:
        return None
    happened, code = _FINAL[status]
    if happened is Happened.FAILED and error in _NO_SUCH:
        code = "no_such_number"
    return Report(provider=provider, provider_id=name, happened=happened, at=at, code=code)


def signature(secret: bytes, body: bytes) -> str:
    """Return what the provider writes beside a report."""
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def is_signed(secret: bytes, body: bytes, given: str) -> bool:
    """Whether the report comes from who knows the secret; in constant time."""
    expected = signature(secret, body)
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))
