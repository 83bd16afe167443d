"""Occupancy against abandonment as a drawing (SVG): small, no script, light and dark.

Pure: series of points in, text out. A drawing is read beside text, so each series is told
by its mark and by a legend, never by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 790, 420
_LEFT, _TOP, _RIGHT, _BOTTOM = 56, 44, 532, 372
_LEGEND_X, _LEGEND_STEP = 550, 24
_STYLE = """
text{font:13px system-ui,sans-serif;fill:#333}
.title{font-weight:600;font-size:15px}
.grid{stroke:#8884;stroke-width:1}
.axis{stroke:#888;stroke-width:1}
path{fill:none;stroke-width:2}
.s0{stroke:#444;stroke-dasharray:6 4}.s0 .m{fill:#444}
.s1{stroke:#0b63c5;stroke-width:2.5}.s1 .m{fill:#0b63c5}
.s2{stroke:#a15c00}.s2 .m{fill:#a15c00}
.s3{stroke:#b3261e}.s3 .m{fill:#b3261e}
.s4{stroke:#6a3fb5}.s4 .m{fill:#6a3fb5}
.s5{stroke:#1b7f4d}.s5 .m{fill:#1b7f4d}
.s6{stroke:#5a6b00}.s6 .m{fill:#5a6b00}
.s7{stroke:#00727a}.s7 .m{fill:#00727a}
.m{stroke:none}
@media (prefers-color-scheme:dark){
text{fill:#ddd}
.s0{stroke:#bbb}.s0 .m{fill:#bbb}.s1{stroke:#6cb0ff}.s1 .m{fill:#6cb0ff}
.s2{stroke:#f0a94b}.s2 .m{fill:#f0a94b}.s3{stroke:#ff8a80}.s3 .m{fill:#ff8a80}
.s4{stroke:#c3a6ff}.s4 .m{fill:#c3a6ff}.s5{stroke:#6fd6a2}.s5 .m{fill:#6fd6a2}
.s6{stroke:#c8d64a}.s6 .m{fill:#c8d64a}.s7{stroke:#5fd0d8}.s7 .m{fill:#5fd0d8}
}
""".strip().replace("\n", "")
#: a mark about (0, 0), by series
_MARKS = (
    "",
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z",
    "M-4-4H4V4H-4Z",
    "M0-5L5 4H-5Z",
    "M0-5L5 0L0 5L-5 0Z",
    "M0 5L5-4H-5Z",
    "M-5-1.5H-1.5V-5H1.5V-1.5H5V1.5H1.5V5H-1.5V1.5H-5Z",
    "M-5-4L5 4V-4L-5 4Z",
)
MOST_SERIES = len(_MARKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Points (abandoned share, occupancy), 0..1, in the order in which they are joined."""

    name: str
    points: tuple[tuple[float, float], ...]
    joined: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """What part is shown, 0..1."""

    most_abandoned: float = 0.08
    least_occupancy: float = 0.4

    def x(self, share: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * share / self.most_abandoned

    def y(self, occupancy: float) -> float:
        part = (occupancy - self.least_occupancy) / (1.0 - self.least_occupancy)
        return _BOTTOM - (_BOTTOM - _TOP) * part

    def holds(self, point: tuple[float, float]) -> bool:
        return point[0] <= self.most_abandoned and self.least_occupancy <= point[1] <= 1.0


def drawing(title: str, series: Sequence[Series], axes: Axes) -> str:
    """The whole file; points outside of the axes are left out, and the legend says so."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-label="{escape(title)}">',
        f"<style>{_STYLE}</style>",
        f'<text class="title" x="{_LEFT}" y="24">{escape(title)}</text>',
        *_frame(axes),
    ]
    for nth, one in enumerate(series[:MOST_SERIES]):
        parts.append(_drawn(nth, one, axes))
        parts.append(_legend(nth, one, axes))
    return "\n".join([*parts, "</svg>", ""])


def _frame(axes: Axes) -> list[str]:
    parts = []
    for tenth in range(int(axes.least_occupancy * 10 + 0.999), 11):
        y = axes.y(tenth / 10)
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{_RIGHT}"/>')
        parts.append(
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10 * tenth}</text>'
        )
    for percent in range(int(axes.most_abandoned * 100 + 1e-9) + 1):
        x = axes.x(percent / 100)
        parts.append(f'<path class="grid" d="M{x:.1f} {_TOP}V{_BOTTOM}"/>')
        parts.append(
            f'<text x="{x:.1f}" y="{_BOTTOM + 18}" text-anchor="middle">{percent}</text>'
        )
    middle_x, middle_y = (_LEFT + _RIGHT) / 2, (_TOP + _BOTTOM) / 2
    parts.append(f'<path class="axis" d="M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}"/>')
    parts.append(
        f'<text x="{middle_x}" y="{_BOTTOM + 38}" text-anchor="middle">'
        "abandoned, % of calls that a person answered</text>"
    )
    parts.append(
        f'<text transform="translate(16 {middle_y}) rotate(-90)" text-anchor="middle">'
        "agents at work, % of time</text>"
    )
    return parts


def _drawn(nth: int, one: Series, axes: Axes) -> str:
    shown = [(axes.x(x), axes.y(y)) for x, y in one.points if axes.holds((x, y))]
    line = "L".join(f"{x:.1f} {y:.1f}" for x, y in shown)
    inside = f'<path d="M{line}"/>' if one.joined and len(shown) > 1 else ""
    if _MARKS[nth]:
        inside += "".join(
            f'<path class="m" transform="translate({x:.1f} {y:.1f})" d="{_MARKS[nth]}"/>'
            for x, y in shown
        )
    return f'<g class="s{nth}">{inside}</g>'


def _legend(nth: int, one: Series, axes: Axes) -> str:
    y = _TOP + 10 + nth * _LEGEND_STEP
    beyond = sum(not axes.holds(point) for point in one.points)
    name = f"{one.name} ({beyond} beyond)" if beyond else one.name
    mark = f'<path d="M{_LEGEND_X} {y}h24"/>' if one.joined else ""
    if _MARKS[nth]:
        at = f"translate({_LEGEND_X + 12} {y})"
        mark += f'<path class="m" transform="{at}" d="{_MARKS[nth]}"/>'
    return (
        f'<g class="s{nth}">{mark}</g>'
        f'<text x="{_LEGEND_X + 30}" y="{y + 4}">{escape(name)}</text>'
    )
