"""A pack as one could be made, with everything in it, for pages and papers."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from citycall.analytics.packs import content
from citycall.analytics.packs.content import (
    BETTER,
    USUAL,
    WORSE,
    AreaCount,
    AreaLine,
    CrewLine,
    Days,
    Fairness,
    FalseClosures,
    Figure,
    LateLine,
    LateList,
    Map,
    Mark,
    Pack,
    PromiseLine,
    RepeatLine,
    RepeatList,
    ServiceLine,
    Spot,
    Staffing,
)

UNTIL = date(2026, 3, 1)
DAYS = Days(since=date(2026, 2, 16), until=UNTIL)
# What nobody may read as markup, neither a browser nor a typesetter.
TRAP = 'The "#panic()" <b>$x$</b> *hole* & _more_'


def figure(**changes: object) -> Figure:
    """On-time completions that are as usual."""
    usual = Figure(
        measure="on_time",
        name="Completed on time",
        unit="share",
        good="up",
        service="",
        value=0.82,
        size=120,
        before=0.8,
        year=None,
        low=0.7,
        high=0.9,
        verdict=USUAL,
        series=tuple(
            Spot(until=UNTIL - timedelta(days=14 * n), value=None if n == 5 else 0.8 + n % 3 / 50)
            for n in reversed(range(13))
        ),
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def promise(**changes: object) -> PromiseLine:
    """A commitment that is late and was put off once."""
    usual = PromiseLine(
        id=1,
        what=TRAP,
        owner="Ola Berg",
        due_on=date(2026, 3, 1),
        first_due_on=date(2026, 2, 20),
        carried=1,
        state="carried_over",
        late=True,
        evidence_kind="measure",
        evidence="late",
        goal=10.0,
        at_most=True,
        unit="",
        measured=14.0,
        outcome="",
        promised_on=date(2026, 2, 5),
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def _late(n: int) -> LateLine:
    return LateLine(
        number=f"26-{n:03d}",
        service="Pothole",
        team="Paving",
        area="Harbor East",
        place=TRAP if n == 1 else f"{n}00 E Monument St",
        due_on=date(2026, 2, 1),
        days_late=29,
        status="assigned",
    )


def _closures() -> FalseClosures:
    return FalseClosures(
        days=Days(since=date(2025, 12, 8), until=UNTIL), rate=0.08, low=0.03, high=0.17,
        checked=70, tried=90, completed=400, disputed=9, confirmed=120, to_look_at=5,
    )  # fmt: skip


def _fairness() -> tuple[Fairness, ...]:
    return (
        Fairness(
            measure="days_to_close", name="Days to close", unit="days", good="down",
            layer="neighborhoods", days=DAYS, adjusted=False, whole=4.0, areas=2,
            lines=(
                AreaLine(area="Harbor East", size=50, value=6.0, low=5.0, high=7.0),
                AreaLine(area="Old Town", size=3, value=None, low=None, high=None),
            ),
        ),
    )  # fmt: skip


def _staffing() -> Staffing:
    return Staffing(
        working_days=10,
        crews=(
            CrewLine(
                crew="Paving 1", people=3, capacity=4200, planned=3000, done=2400, orders=40,
                orders_done=32, spent=2000, timed=30,
            ),
        ),
        waiting_orders=4,
        waiting_minutes=120,
        unknown=("overtime", "leave"),
    )  # fmt: skip


def _repeats() -> RepeatList:
    return RepeatList(
        total=1,
        lines=(
            RepeatLine(
                id=7, place="1200 E Monument St", service="Pothole", times=6,
                last_on=date(2026, 2, 20), state="open", cause="",
            ),
        ),
    )  # fmt: skip


def pack(**changes: object) -> Pack:
    """A whole pack of the streets agency."""
    worse = figure(value=0.5, verdict=WORSE, service="Pothole")
    better = figure(
        measure="late", name="Late now", unit="", good="down", value=3.0, low=5.0, high=20.0,
        verdict=BETTER,
    )  # fmt: skip
    usual = Pack(
        format=content.FORMAT,
        agency="streets",
        agency_name="Streets",
        meeting_on=date(2026, 3, 5),
        days=DAYS,
        days_before=Days(since=date(2026, 2, 2), until=date(2026, 2, 15)),
        days_year=Days(since=date(2025, 2, 17), until=date(2025, 3, 2)),
        as_of=datetime(2026, 3, 2, 15, 0, tzinfo=UTC),
        figures=(figure(), better),
        progress=(better,),
        improvement=(worse,),
        moved=(),
        judged=60,
        too_few=4,
        services=(
            ServiceLine(
                service="Pothole", received=40, received_before=35, completed=38, on_time=0.5,
                median_days=3.25, open=12, late=2, reopened=1,
            ),
        ),
        late=LateList(total=31, lines=tuple(_late(n) for n in range(30))),
        repeats=_repeats(),
        closures=_closures(),
        fairness=_fairness(),
        staffing=_staffing(),
        late_map=Map(
            marks=(Mark(longitude=-76.6, latitude=39.29, weight=1),),
            total=31,
            by_area=(AreaCount(area="Harbor East", count=31),),
        ),
        repeat_map=Map(
            marks=(Mark(longitude=-76.61, latitude=39.3, weight=6),),
            total=1,
            by_area=(AreaCount(area="", count=1),),
        ),
        outlines=(((-76.7, 39.2), (-76.5, 39.2), (-76.5, 39.4), (-76.7, 39.4)),),
        commitments=(promise(),),
    )  # fmt: skip
    return replace(usual, **changes)  # type: ignore[arg-type]
