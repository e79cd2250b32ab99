"""Charts as SVG, made on the server: read by screen readers, printed sharp, without any script."""

from collections.abc import Sequence

from markupsafe import Markup, escape

_ROW, _LABEL, _BAR, _VALUE = 26, 200, 360, 80  # pixels


def bars(title: str, rows: Sequence[tuple[str, float]]) -> Markup:
    """A horizontal bar for each row, with its label and number."""
    most = max((value for _, value in rows), default=0) or 1
    width, height = _LABEL + _BAR + _VALUE, _ROW * len(rows) + 4
    parts = [
        f'<svg class="chart" role="img" viewBox="0 0 {width} {height}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>'
    ]
    for place, (label, value) in enumerate(rows):
        y, length = place * _ROW, max(1.0, value / most * _BAR) if value else 0
        parts.append(
            f'<text x="{_LABEL - 8}" y="{y + 18}" text-anchor="end">{escape(label[:22])}</text>'
            f'<rect x="{_LABEL}" y="{y + 4}" width="{length:.1f}" height="{_ROW - 8}" rx="3"/>'
            f'<text x="{_LABEL + length + 6:.1f}" y="{y + 18}">{value:g}</text>'
        )
    return Markup("".join(parts) + "</svg>")


def line(title: str, points: Sequence[tuple[str, float]]) -> Markup:
    """How a number went over time: a line with a dot for each point, and what each dot says."""
    width, height, edge = 640, 180, 28
    most = max((value for _, value in points), default=0) or 1
    step = (width - 2 * edge) / max(1, len(points) - 1)
    spots = [
        (edge + place * step, height - edge - value / most * (height - 2 * edge))
        for place, (_, value) in enumerate(points)
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3">'
        f"<title>{escape(label)}: {value:g}</title></circle>"
        for (x, y), (label, value) in zip(spots, points, strict=True)
    )
    ends = "".join(
        f'<text x="{x:.1f}" y="{height - 6}" text-anchor="{anchor}">{escape(label)}</text>'
        for (x, label, anchor) in _ends(spots, points)
    )
    return Markup(
        f'<svg class="chart" role="img" viewBox="0 0 {width} {height}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>'
        f'<text x="4" y="16">{most:g}</text><polyline points="{path}"/>{dots}{ends}</svg>'
    )


def _ends(
    spots: Sequence[tuple[float, float]], points: Sequence[tuple[str, float]]
) -> list[tuple[float, str, str]]:
    if not points:
        return []
    return [(spots[0][0], points[0][0], "start"), (spots[-1][0], points[-1][0], "end")]
