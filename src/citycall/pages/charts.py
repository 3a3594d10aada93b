"""Charts as SVG, drawn on the server: calm, safe for colour-blind readers, a table beside each.

Colours are USWDS' blue and orange, which everybody can tell apart, and a point that is beyond its
limits has another shape besides. A chart is decoration to a screen reader: what it shows is in the
table that must stand beside it. The libraries are heavy and loaded with the first chart.
"""

from collections.abc import Sequence
from datetime import date
from math import isnan
from typing import Any, Final

from django.utils.safestring import SafeString, mark_safe

from citycall.analytics.measures.measure import Unit
from citycall.pages import chart_words

BLUE: Final = "#005ea2"
ORANGE: Final = "#c05600"
GRAY: Final = "#dfe1e2"
INK: Final = "#1b1b1b"
MUTED: Final = "#565c65"
_FORMAT: Final = {Unit.COUNT: ",d", Unit.SHARE: ".0%", Unit.DAYS: ",.3~g", Unit.RATIO: ",.2f"}
_FONT: Final = "Public Sans Web, Public Sans, Helvetica Neue, Helvetica, Arial, sans-serif"


def line(
    periods: Sequence[date],
    values: Sequence[float],
    *,
    unit: Unit,
    low: Sequence[float] | None = None,
    high: Sequence[float] | None = None,
    width: int = 440,
    height: int = 170,
) -> SafeString:
    """A series over time with the band of what is usual; what is beyond it is marked.

    ``values``, ``low`` and ``high`` are of the ``periods``, not a number where nothing is known.
    """
    import altair

    unknown = [float("nan")] * len(values)
    rows = _rows(periods, values, low or unknown, high or unknown)
    base = altair.Chart(altair.InlineData(values=rows))
    across = altair.X(
        "day:T", title=None, axis=altair.Axis(grid=False, format=chart_words.of_axis())
    )
    up = altair.Y(
        "value:Q",
        title=None,
        scale=altair.Scale(zero=unit is Unit.COUNT),
        axis=altair.Axis(format=_FORMAT[unit]),
    )
    layers: list[Any] = []
    if any(row["low"] is not None for row in rows):
        layers.append(
            base.mark_area(color=GRAY, interpolate="step-after").encode(
                x=across, y=altair.Y("low:Q", title=None), y2="high:Q"
            )
        )
    layers.append(base.mark_line(color=BLUE, strokeWidth=2).encode(x=across, y=up))
    beyond = base.transform_filter("datum.beyond")
    layers.append(
        beyond.mark_point(color=ORANGE, filled=True, shape="diamond", size=90, opacity=1).encode(
            x=across, y=up
        )
    )
    return drawn(altair.layer(*layers).properties(width=width, height=height))


def _rows(
    periods: Sequence[date], values: Sequence[float], low: Sequence[float], high: Sequence[float]
) -> list[dict[str, Any]]:
    return [
        {
            "day": day.isoformat(),
            "value": None if isnan(value) else value,
            "low": None if isnan(least) else least,
            "high": None if isnan(most) else most,
            "beyond": not isnan(value) and not isnan(most) and not least <= value <= most,
        }
        for day, value, least, most in zip(periods, values, low, high, strict=True)
    ]


def drawn(chart: Any) -> SafeString:
    """The SVG of an Altair chart, to stand in a page: decoration beside its table."""
    import altair
    import vl_convert

    made = chart.configure(
        font=_FONT,
        background="transparent",
        view=altair.ViewConfig(stroke=None),
        axis=altair.AxisConfig(labelColor=INK, domainColor=MUTED, gridColor=GRAY, labelFontSize=13),
    )
    svg = vl_convert.vegalite_to_svg(
        made.to_dict(),
        format_locale=chart_words.of_numbers(),
        time_format_locale=chart_words.of_times(),
    )
    # Time goes from left to right also on a page that is read from right to left.
    # The library escapes what stands in the data.
    return mark_safe(  # noqa: S308
        svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" direction="ltr" ', 1)
    )
