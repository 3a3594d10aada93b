"""A pack as a document: every section with its sentences, tables and drawings, in one language."""

from collections.abc import Sequence

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citycall.analytics.packs.content import Pack
from citycall.citistat.pack import lists, moves
from citycall.citistat.pack.amounts import long_day
from citycall.citistat.pack.papers import Document, Section, Words
from citycall.core import clock
from citycall.core.phrases import said


def document_of(pack: Pack, *, notes: Sequence[Section] = ()) -> Document:
    """The whole paper in the language that is spoken now; ``notes`` are what was said at it."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    agency = said(pack.agency_name)
    return Document(
        title=_("CitiStat: %(agency)s") % {"agency": agency},
        subtitle=_("Meeting on %(day)s, about %(since)s to %(until)s")
        % {
            "day": long_day(pack.meeting_on),
            "since": long_day(pack.days.since),
            "until": long_day(pack.days.until),
        },
        city=settings.CITYCALL_CITY_NAME,
        language=language,
        rtl=translation.get_language_bidi(),
        facts=_facts(pack),
        sections=[*sections_of(pack), *notes],
    )


def _facts(pack: Pack) -> list[str]:
    as_of = pack.as_of.astimezone(clock.city_zone())
    moment = translation.gettext("%(day)s, %(time)s") % {
        "day": long_day(as_of.date()),
        "time": as_of.strftime("%H:%M"),
    }
    return [
        _(
            "Counted as of %(moment)s and kept as it was. Counts are reports, not problems; "
            "closed is not fixed."
        )
        % {"moment": moment}
    ]


def sections_of(pack: Pack) -> list[Section]:
    """The sections in the order in which a meeting goes through them."""
    return [
        lists.commitments(pack),
        moves.glance(pack),
        moves.progress(pack),
        moves.improvement(pack),
        lists.services(pack),
        lists.late(pack),
        lists.repeats(pack),
        lists.closures(pack),
        *moves.fairness(pack),
        lists.staffing(pack),
        _about(pack),
    ]


def _about(pack: Pack) -> Section:
    texts = [
        _("The two weeks are %(since)s to %(until)s, Monday to Sunday; before them, as many days.")
        % {"since": long_day(pack.days.since), "until": long_day(pack.days.until)},
        _("A year ago means the same weekdays 52 weeks earlier: %(since)s to %(until)s.")
        % {"since": long_day(pack.days_year.since), "until": long_day(pack.days_year.until)},
        _(
            "The usual range is what chance alone leaves to a number, as the two-week periods of "
            "up to a year before tell: three standard deviations to each side of their mean. Of "
            "the numbers listed as better, worse or moved, at most one in ten is expected to be "
            "chance."
        ),
        ngettext(
            "%(n)s number has too few periods behind it to be judged.",
            "%(n)s numbers have too few periods behind them to be judged.",
            pack.too_few,
        )
        % {"n": pack.too_few},
    ]
    return Section(
        code="about", title=_("About these numbers"), blocks=[Words(text=text) for text in texts]
    )
