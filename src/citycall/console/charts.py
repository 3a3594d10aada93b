"""Charts as SVG, drawn from numbers that also stand in a table beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 960
HEIGHT: Final = 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 44, 10, 24
_MOST_LABELS: Final = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, or the part of it that stands on another."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A label beside an axis, with where its line is."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What a template draws: bars, those in another color, lines, a target, and the axes."""

    bars: Sequence[Bar]
    parts: Sequence[Bar]
    line: str
    steps: str
    target: float | None
    rows: Sequence[Mark]
    columns: Sequence[Mark]
    percents: Sequence[Mark]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM


def draw(
    labels: Sequence[str],
    bars: Sequence[float],
    *,
    parts: Sequence[float] = (),
    line: Sequence[float | None] = (),
    steps: Sequence[float] = (),
    target: float | None = None,
) -> Chart:
    """Bars with ``parts`` of them told apart, and a line of parts of a whole (0 to 1).

    ``line`` and ``target`` have the scale at the end side; ``steps`` that of the bars. Where a
    line has no value it is interrupted.
    """
    top = _round_up(max([*bars, *steps, 1.0]))
    step = (WIDTH - _LEFT - _RIGHT) / max(len(bars), 1)
    inside = max(step * 0.8, 1.0)

    def height(value: float, most: float) -> float:
        return (HEIGHT - _TOP - _BOTTOM) * value / most

    def bar(n: int, value: float) -> Bar:
        tall = height(value, top)
        return Bar(
            round(_LEFT + n * step + (step - inside) / 2, 2),
            round(HEIGHT - _BOTTOM - tall, 2),
            round(inside, 2),
            round(tall, 2),
        )

    def y(value: float, most: float) -> float:
        return round(HEIGHT - _BOTTOM - height(value, most), 2)

    return Chart(
        bars=[bar(n, value) for n, value in enumerate(bars)],
        parts=[bar(n, value) for n, value in enumerate(parts) if value],
        line=_path(
            [
                None if v is None else (_LEFT + (n + 0.5) * step, y(v, 1.0))
                for n, v in enumerate(line)
            ]
        ),
        steps=_stairs([(_LEFT + n * step, y(v, top)) for n, v in enumerate(steps)], step),
        target=None if target is None else y(target, 1.0),
        rows=[Mark(y(top * n / 4, top), f"{top * n / 4:g}") for n in range(5)],
        columns=_columns(labels, step),
        percents=[Mark(y(n / 4, 1.0), f"{25 * n}%") for n in range(5)] if line else [],
    )


def _columns(labels: Sequence[str], step: float) -> list[Mark]:
    """The labels below, as many as there is room for."""
    every = -(-len(labels) // _MOST_LABELS) or 1
    middles = [round(_LEFT + (n + 0.5) * step, 2) for n in range(len(labels))]
    return [Mark(x, label) for x, label in zip(middles, labels, strict=True)][::every]


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    told, begun = [], False
    for point in points:
        if point is not None:
            told.append(f"{'L' if begun else 'M'}{point[0]:.2f} {point[1]:.2f}")
        begun = point is not None
    return " ".join(told)


def _stairs(points: Sequence[tuple[float, float]], step: float) -> str:
    told = [
        f"{'L' if n else 'M'}{x:.2f} {y:.2f} L{x + step:.2f} {y:.2f}"
        for n, (x, y) in enumerate(points)
    ]
    return " ".join(told)


def _round_up(value: float) -> float:
    """The next number that divides well by four."""
    size = 4.0
    while size < value:
        for factor in (2.0, 2.5, 2.0):
            size *= factor
            if size >= value:
                break
    return size
