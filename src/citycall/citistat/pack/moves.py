"""What moved and what did not: the figures of a pack against their noise, and area by area."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from citycall.analytics.packs import drawings
from citycall.analytics.packs.content import (
    BETTER,
    MOVED,
    UNKNOWN,
    USUAL,
    WORSE,
    Fairness,
    Figure,
    Pack,
)
from citycall.citistat.pack.amounts import amount, long_day, month_day, span
from citycall.citistat.pack.papers import (
    Cell,
    Column,
    Drawing,
    Drawings,
    Section,
    Table,
    Words,
    table,
)
from citycall.core.phrases import said


def verdict(code: str) -> str:
    """What a figure is against its own noise, in words."""
    return {
        BETTER: _("Better than usual"),
        WORSE: _("Worse than usual"),
        MOVED: _("Outside its usual range"),
        USUAL: _("Within its usual range"),
        UNKNOWN: _("Too little to tell"),
    }[code]


def named(figure: Figure) -> str:
    """The measure's name, and the service that it is of."""
    name = _(figure.name)
    if not figure.service:
        return name
    return _("%(service)s: %(measure)s") % {"service": said(figure.service), "measure": name}


def _figures(caption: str, figures: Sequence[Figure]) -> Table:
    return table(
        caption,
        [
            Column(text=_("Measure")),
            Column(text=_("These two weeks"), number=True),
            Column(text=_("The two before"), number=True),
            Column(text=_("A year ago"), number=True),
            Column(text=_("Usual range"), number=True),
            Column(text=_("Measured on"), number=True),
            Column(text=_("What that is")),
        ],
        [_row(figure) for figure in figures],
    )


def _row(figure: Figure) -> list[Cell | str]:
    return [
        named(figure),
        Cell(text=amount(figure.value, figure.unit), strong=True),
        amount(figure.before, figure.unit),
        amount(figure.year, figure.unit),
        span(figure.low, figure.high, figure.unit),
        amount(figure.size, ""),
        verdict(figure.verdict),
    ]


def glance(pack: Pack) -> Section:
    """The agency as a whole: a chart of each measure, and the numbers behind the charts."""
    figures = [figure for figure in pack.figures if figure.value is not None]
    return Section(
        code="glance",
        title=_("At a glance"),
        blocks=[
            _figures(_("The agency in two weeks"), pack.figures),
            *_charts(_("The numbers behind the charts, by two-week period"), figures),
        ],
    )


def _charts(caption: str, figures: Sequence[Figure]) -> list[Drawings | Table]:
    """A chart of each figure's periods, and all of them in one table."""
    charted = [figure for figure in figures if figure.series]
    if not charted:
        return []
    ends = [spot.until for spot in charted[0].series]
    columns = [Column(text=_("Periods until"), share=3)]
    columns += [Column(text=month_day(until), number=True, share=1) for until in ends]
    rows: list[list[Cell | str]] = [
        [named(figure), *(_spot(figure, n) for n in range(len(ends)))] for figure in charted
    ]
    drawn = [
        Drawing(svg=drawings.chart(figure), alt=_chart_in_words(figure), caption=named(figure))
        for figure in charted
    ]
    return [Drawings(drawings=drawn), table(caption, columns, rows)]


def _spot(figure: Figure, n: int) -> str:
    value = figure.series[n].value if n < len(figure.series) else None
    return amount(value, figure.unit)


def _chart_in_words(figure: Figure) -> str:
    return _("%(name)s in %(n)s two-week periods; the last is %(value)s. %(verdict)s.") % {
        "name": named(figure),
        "n": len(figure.series),
        "value": amount(figure.value, figure.unit),
        "verdict": verdict(figure.verdict),
    }


def progress(pack: Pack) -> Section:
    """What is better than its usual range, the clearest first."""
    none = _("Nothing became better by more than its usual noise.")
    return _moved("progress", _("Making progress"), pack.progress, none=none)


def improvement(pack: Pack) -> Section:
    """What is worse than its usual range, the clearest first; and what moved besides."""
    none = _("Nothing became worse by more than its usual noise.")
    found = _moved("improvement", _("Needs improvement"), pack.improvement, none=none)
    if not pack.moved:
        return found
    besides: list[Words | Table | Drawings] = [
        Words(text=_("Neither good nor bad in itself, but outside its usual range:")),
        _figures(_("What else moved"), pack.moved),
    ]
    return Section(code=found.code, title=found.title, blocks=[*found.blocks, *besides])


def _moved(code: str, title: str, figures: Sequence[Figure], *, none: str) -> Section:
    if not figures:
        return Section(code=code, title=title, blocks=[Words(text=none)])
    behind = _("%(title)s: the numbers behind the charts") % {"title": title}
    blocks: list[Words | Table | Drawings] = [_figures(title, figures)]
    blocks += _charts(behind, figures[:6])
    return Section(code=code, title=title, blocks=blocks)


def fairness(pack: Pack) -> list[Section]:
    """How areas were served, with what chance alone would do to so few requests."""
    if not pack.fairness:
        words = _("No area has enough requests of this agency to be compared.")
        return [Section(code="fairness", title=_("Fairness"), blocks=[Words(text=words)])]
    blocks = [block for found in pack.fairness for block in _areas(found)]
    return [Section(code="fairness", title=_("Fairness"), blocks=blocks)]


def _areas(found: Fairness) -> list[Words | Table]:
    name = _(found.name)
    kept = (
        _("Adjusted for which services each area asks for.")
        if found.adjusted
        else _("Not adjusted for which services each area asks for.")
    )
    since, until = long_day(found.days.since), long_day(found.days.until)
    told = {"since": since, "until": until, "whole": amount(found.whole, found.unit)}
    words = _("From %(since)s to %(until)s; %(whole)s for all areas together.") % told
    columns = [
        Column(text=_("Area")),
        Column(text=_("Measured on"), number=True),
        Column(text=name, number=True),
        Column(text=_("95% interval"), number=True),
        Column(text=_("Against all areas")),
    ]
    rows: list[list[Cell | str]] = [
        [
            said(line.area),
            amount(line.size, ""),
            Cell(text=amount(line.value, found.unit), strong=True),
            span(line.low, line.high, found.unit),
            _against(found, line.low, line.high),
        ]
        for line in found.lines
    ]
    caption = _("%(measure)s by area") % {"measure": name}
    return [Words(text=f"{words} {kept}"), table(caption, columns, rows)]


def _against(found: Fairness, low: float | None, high: float | None) -> str:
    if low is None or high is None or found.whole is None:
        return _("Too little to tell")
    if low <= found.whole <= high:
        return _("No difference that could not be chance")
    if not found.good:
        return _("Differs")
    above = low > found.whole
    return _("Served better") if above == (found.good == "up") else _("Served worse")
