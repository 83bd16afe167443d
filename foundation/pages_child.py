"""The child of `foundation.pages`: HTML on standard input, PDF/UA-1 on standard output."""

from __future__ import annotations

import sys
from typing import Any


class _NothingFetched(ValueError):
    """Uma página nossa não busca nada fora dela."""


def _refuse(url: str, *_: Any, **__: Any) -> Any:
    if url.startswith("data:image/svg+xml"):
        from weasyprint import default_url_fetcher

        return default_url_fetcher(url)
    raise _NothingFetched(url)


def main() -> None:
    """Write one PDF."""
    from weasyprint import HTML

    page = HTML(string=sys.stdin.buffer.read().decode(), url_fetcher=_refuse)
    made = page.write_pdf(pdf_variant="pdf/ua-1")
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
