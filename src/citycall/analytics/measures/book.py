"""The measures, each once. What a number means is told from here, on every page and every door."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from citycall.analytics.measures.measure import Better, Counted, Measure, Now, Shape, Unit

_REPORTS_NOT_PROBLEMS = _("Reports are not problems: what nobody tells is not counted.")
_CLOSED_NOT_FIXED = _("Completed is what the agency says; it is not proof that it was fixed.")
_PRESENT = _("Counted for whoever has the request now, also where others had it before.")
_DROPS_OPEN = _(
    "What is still open has no duration, so the slowest are missing from it at first. The median"
    " with open requests takes them into account."
)
_FEW_ASKED = _("Only some reporters answer, and those who are dissatisfied answer more often.")
_MOVED = _("The date moves when the clock is stopped for a reason that the service allows.")

# Of five answers the two that say satisfied.
SATISFIED: Final = 4


def _share(table: Any, condition: Any) -> Any:
    """Which share of the rows it is true of; null where there are none."""
    return condition.cast("int64").sum() / table.count().nullif(0)


def _done_with_date(table: Any, _now: Now) -> Any:
    return table.completed_at.notnull() & table.due_at.notnull()


def _done(table: Any, _now: Now) -> Any:
    return table.completed_at.notnull()


def is_late(table: Any, now: Now) -> Any:
    """Due before it was completed, or before now, or before its clock was stopped."""
    import ibis

    over = ibis.coalesce(table.ended_at, table.paused_at, now.moment)
    return (table.due_at < over).fill_null(ibis.literal(value=False))


def _overdue_now(table: Any, now: Now) -> Any:
    return table.is_open & is_late(table, now)


_ALL: Final = (
    Measure(
        name="received",
        title=_("Requests received"),
        formula=_("Problems first told of in the period, each once however many tell of it."),
        unit=Unit.COUNT,
        better=Better.NEITHER,
        caveats=(_REPORTS_NOT_PROBLEMS,),
        source="NYC Charter 1075",
    ),
    Measure(
        name="reports",
        title=_("Reports"),
        formula=_("Every time that somebody told of a problem in the period."),
        unit=Unit.COUNT,
        better=Better.NEITHER,
        fact="reports",
        when="reported",
        counted=Counted.REPORTS,
        caveats=(_REPORTS_NOT_PROBLEMS,),
    ),
    Measure(
        name="reports-each",
        ripens_weeks=None,
        title=_("Reports for each request"),
        formula=_("Reports that lead to the requests received in the period, divided by those."),
        unit=Unit.RATIO,
        better=Better.NEITHER,
        value=lambda t, _now: t.reports.cast("int64").sum() / t.count().nullif(0),
        caveats=(_("What was received lately will be told of again."),),
    ),
    Measure(
        name="open",
        title=_("Open at the end"),
        formula=_("Received by the end of the period, and not completed, cancelled or referred."),
        unit=Unit.COUNT,
        better=Better.LESS,
        shape=Shape.STOCK,
        caveats=(
            _("What was reopened counts as open all the time until it was last completed."),
            _PRESENT,
        ),
    ),
    Measure(
        name="overdue",
        ripens_weeks=None,
        title=_("Open and overdue now"),
        formula=_("Received in the period, open now, and due before now."),
        unit=Unit.COUNT,
        better=Better.LESS,
        chosen=_overdue_now,
        caveats=(_("While its clock is stopped a request does not become overdue."),),
    ),
    Measure(
        name="backlog-age",
        ripens_weeks=None,
        title=_("Age of what is open, median"),
        formula=_(
            "Days since they were received, of the requests that are open now; half wait longer."
        ),
        unit=Unit.DAYS,
        better=Better.LESS,
        chosen=lambda t, _now: t.is_open,
        value=lambda t, now: (now.days - t.received_days).quantile(0.5),
    ),
    Measure(
        name="completed",
        title=_("Requests completed"),
        formula=_("Requests whose standing completion is in the period."),
        unit=Unit.COUNT,
        better=Better.NEITHER,
        when="completed",
        chosen=_done,
        caveats=(_CLOSED_NOT_FIXED,),
    ),
    Measure(
        name="on-time",
        title=_("Completed on time"),
        formula=_("Of those completed in the period that had a date: completed by it."),
        unit=Unit.SHARE,
        better=Better.MORE,
        when="completed",
        chosen=_done_with_date,
        value=lambda t, _now: _share(t, t.on_time),
        caveats=(_MOVED, _DROPS_OPEN, _CLOSED_NOT_FIXED),
    ),
    Measure(
        name="promise-kept",
        title=_("First promise kept"),
        formula=_(
            "Of those completed in the period that were promised a date: completed by the date"
            " first told."
        ),
        unit=Unit.SHARE,
        better=Better.MORE,
        when="completed",
        chosen=lambda t, _now: t.completed_at.notnull() & t.promised_at.notnull(),
        value=lambda t, _now: _share(t, t.kept_promise),
        caveats=(_DROPS_OPEN, _CLOSED_NOT_FIXED),
    ),
    Measure(
        name="late",
        ripens_weeks=None,
        title=_("Late so far"),
        formula=_(
            "Of those received in the period that had a date: completed after it, or open past it "
            "now."
        ),
        unit=Unit.SHARE,
        better=Better.LESS,
        chosen=lambda t, _now: t.due_at.notnull(),
        value=lambda t, now: _share(t, is_late(t, now)),
        caveats=(_("What was received lately can still become late."), _MOVED),
        source="Boston, 311 service requests, column ontime",
    ),
    Measure(
        name="days",
        title=_("Days to complete, median"),
        formula=_(
            "Days from the first report to the standing completion, of those completed in the"
            " period; half took longer."
        ),
        unit=Unit.DAYS,
        better=Better.LESS,
        when="completed",
        chosen=_done,
        value=lambda t, _now: t.days_to_complete.quantile(0.5),
        caveats=(_DROPS_OPEN, _CLOSED_NOT_FIXED),
        source="NYC Charter 1075",
    ),
    Measure(
        name="days-p90",
        title=_("Days to complete, nine of ten"),
        formula=_("Days within which nine of ten of those completed in the period were done."),
        unit=Unit.DAYS,
        better=Better.LESS,
        when="completed",
        chosen=_done,
        value=lambda t, _now: t.days_to_complete.quantile(0.9),
        caveats=(_DROPS_OPEN, _CLOSED_NOT_FIXED),
    ),
    Measure(
        name="days-with-open",
        title=_("Days to complete, median with open requests"),
        formula=_(
            "Days after which half of those received in the period are done, where each still open "
            "counts as long as it has waited (Kaplan and Meier, to the hour)."
        ),
        unit=Unit.DAYS,
        better=Better.LESS,
        shape=Shape.SURVIVAL,
        caveats=(
            _("Not known while fewer than half are done."),
            _("Cancelled and referred requests count as waiting until they were."),
            _CLOSED_NOT_FIXED,
        ),
        source="Kaplan and Meier 1958",
    ),
    Measure(
        name="verified",
        ripens_weeks=2,
        title=_("Confirmed as done"),
        formula=_("Of those completed in the period: a reporter said that it is done."),
        unit=Unit.SHARE,
        better=Better.MORE,
        when="completed",
        chosen=_done,
        value=lambda t, _now: _share(t, t.confirmed),
        caveats=(_FEW_ASKED,),
    ),
    Measure(
        name="disputed",
        ripens_weeks=2,
        title=_("Disputed"),
        formula=_("Of those completed in the period: a reporter ever said that it was not done."),
        unit=Unit.SHARE,
        better=Better.LESS,
        when="completed",
        chosen=_done,
        value=lambda t, _now: _share(t, t.disputed),
        caveats=(_FEW_ASKED,),
    ),
    Measure(
        name="satisfaction",
        title=_("Satisfied reporters"),
        formula=_(
            "Of those who said in the period how satisfied they were with how the city handled"
            " their report: satisfied or very satisfied."
        ),
        unit=Unit.SHARE,
        better=Better.MORE,
        fact="reports",
        when="rated",
        chosen=lambda t, _now: t.satisfied.notnull(),
        value=lambda t, _now: _share(t, t.satisfied >= SATISFIED),
        counted=Counted.RATINGS,
        caveats=(
            _FEW_ASKED,
            _("Only those whose request was completed are asked, once for each report."),
            _PRESENT,
        ),
    ),
    Measure(
        name="repeats",
        title=_("Requests that came back"),
        formula=_(
            "Of those received in the period whose place is known: the same service had been"
            " completed within 25 meters in the 90 days before, and no request told of there in"
            " these days was still open."
        ),
        unit=Unit.SHARE,
        better=Better.LESS,
        chosen=lambda t, _now: t.came_back.notnull(),
        value=lambda t, _now: _share(t, t.came_back),
        caveats=(
            _(
                "It came back to the place: what is done was undone, or the cause is still there."
                " Two neighbors with the same trouble look the same."
            ),
            _("Requests without a point on the map are left out."),
            _REPORTS_NOT_PROBLEMS,
        ),
    ),
    Measure(
        name="first-contact",
        ripens_weeks=1,
        title=_("Settled at the first contact"),
        formula=_(
            "Of the conversations in the period that led to a request, a follow-up or"
            " information: nothing was left to do, and the same number did not speak with us again"
            " about the same matter within seven days."
        ),
        unit=Unit.SHARE,
        better=Better.MORE,
        fact="contacts",
        when="arrived",
        value=lambda t, _now: _share(t, t.settled),
        counted=Counted.CONVERSATIONS,
        caveats=(
            _(
                "Told of the service and agency of the first request that a conversation was"
                " about; where there was none, they are not known."
            ),
            _(
                "A number may be many people's, and one person may use many. Who calls from a"
                " withheld number is never seen to call again."
            ),
        ),
    ),
    Measure(
        name="reopened",
        ripens_weeks=2,
        title=_("Requests reopened"),
        formula=_("Of those completed in the period: opened again at least once before."),
        unit=Unit.SHARE,
        better=Better.LESS,
        when="completed",
        chosen=_done,
        value=lambda t, _now: _share(t, t.reopened > 0),
    ),
    Measure(
        name="looks-false",
        ripens_weeks=2,
        title=_("Completions that look false"),
        formula=_(
            "Of those completed in the period: a check found it not done, or it looks false and "
            "nobody has decided."
        ),
        unit=Unit.SHARE,
        better=Better.LESS,
        when="completed",
        chosen=_done,
        value=lambda t, _now: _share(t, t.looks_false),
        caveats=(
            _("A sign, not a finding: about one in twenty honest completions looks false."),
            _("The last weeks are judged as their signs come in."),
        ),
    ),
    Measure(
        name="returned",
        title=_("Returned as not theirs"),
        formula=_("Times in the period that a team sent a request back; counted for that team."),
        unit=Unit.COUNT,
        better=Better.LESS,
        fact="steps",
        when="happened",
        counted=Counted.TIMES,
        chosen=lambda t, _now: t.kind == "returned",
    ),
    Measure(
        name="redated",
        title=_("Promises moved"),
        formula=_("Times in the period that the date of a request was moved, for any reason."),
        unit=Unit.COUNT,
        better=Better.NEITHER,
        fact="steps",
        when="happened",
        counted=Counted.TIMES,
        chosen=lambda t, _now: t.kind == "promise_changed",
        caveats=(
            _(
                "A stopped clock, a reopening, another service or priority, and a booking move it"
                " too."
            ),
            _PRESENT,
        ),
    ),
)

MEASURES: Final[Mapping[str, Measure]] = {measure.name: measure for measure in _ALL}
