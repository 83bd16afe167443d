"""The QR image of a code, as inline SVG and as rows of modules for a drawing.

Pure. Error correction M, as the Central Bank's manual recommends for screens and paper;
the quiet zone of four modules is part of the image.
"""

from __future__ import annotations

import io

import segno


def svg_of(code: str, *, title: str) -> str:
    """Return an `<svg>` element that scales to its place; `title` is for screen readers."""
    out = io.BytesIO()
    segno.make_qr(code, error="m", boost_error=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, title=title
    )
    return out.getvalue().decode("utf-8").strip()


def modules_of(code: str) -> tuple[tuple[bool, ...], ...]:
    """Return the rows of dark (True) and light modules, quiet zone included."""
    made = segno.make_qr(code, error="m", boost_error=False)
    return tuple(tuple(bool(dark) for dark in row) for row in made.matrix_iter(border=4))
