"""After the login one lands on our own pages, whatever the address says."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_console.doors.place import safe_next

ORIGIN = "https://acordo.example"


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
        "https://evil.example", "javascript:alert(1)", "/\t/evil.example",
        "/\n/evil.example", "/ok\r\nSet-Cookie: a=b",
        "evil", "", "/login", "/login?next=/login", "/logout",
        "/%0d%0a\x00", "/" + "a" * 500, "/é",
    ],
)  # fmt: skip
def test_elsewhere_is_the_start_page(wanted: str) -> None:
    assert safe_next(wanted) == "/"


@pytest.mark.parametrize("wanted", ["/", "/desk", "/supervision?campanha=7#alerts", "/a/b"])
def test_a_page_of_ours_is_kept(wanted: str) -> None:
    assert safe_next(wanted) == wanted


@given(st.text(st.sampled_from("/\\.:?#@%ahtps \t\r\n\x00évil"), max_size=30))
def test_no_text_leads_away(wanted: str) -> None:
    place = safe_next(wanted)
    assert urlsplit(urljoin(ORIGIN, place.replace("\\", "/"))).netloc == "acordo.example"
    assert place.isprintable()
