"""The course of an alarm over the weeks, as a small picture in SVG."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

WIDTH, HEIGHT, EDGE = 200, 56, 3


def draw_course(course: Mapping[str, Sequence[float | None]], limit: float, title: str) -> Markup:
    """The rate so far (thick) and its lower bound (thin) after each look; the limit is dashed."""
    known = [value for line in course.values() for value in line if value is not None]
    top = max([*known, limit]) * 1.05
    n_looks = len(course["rate"])

    def place(look: int, value: float) -> str:
        x = EDGE + (WIDTH - 2 * EDGE) * look / max(n_looks - 1, 1)
        return f"{x:.1f},{HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * value / top:.1f}"

    def line(name: str, width: float, colour: str) -> str:
        points = [place(k, value) for k, value in enumerate(course[name]) if value is not None]
        if len(points) == 1:  # a line of one point is not seen
            x, y = points[0].split(",")
            return f'<circle cx="{x}" cy="{y}" r="{width}" fill="{colour}"/>'
        return (
            f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" '
            f'stroke-width="{width}"/>'
        )

    ends = " ".join(place(look, limit) for look in (0, max(n_looks - 1, 1)))
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{Markup.escape(title)}">'
        f'<polyline points="{ends}" fill="none" stroke="#a3170f" stroke-width="1.2" '
        f'stroke-dasharray="4 3"/>{line("bound", 1.0, "#50575e")}{line("rate", 2.2, "#1b1f23")}'
        "</svg>"
    )
