"""Each reason that a completion looks false, as a sentence."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Facts = Mapping[str, Any]


def sentence(code: str, facts: Facts) -> str:
    """The reason in plain words; empty for a code that is not known any more."""
    told = _SENTENCES.get(code)
    return told(facts) if told else ""


def _no_visit(facts: Facts) -> str:
    if facts.get("share") is None:
        return _("No visit is on record: neither a start of work nor a photo.")
    return _(
        "No visit is on record, neither a start of work nor a photo; %(share)s%% of this service's "
        "completions have one."
    ) % {"share": facts["share"]}


def _no_start(_facts: Facts) -> str:
    return _("There is a photo, but nobody noted that work began.")


def _short_visit(facts: Facts) -> str:
    return ngettext(
        "Completed %(minutes)s minute after work began; %(usual)s minutes are usual.",
        "Completed %(minutes)s minutes after work began; %(usual)s minutes are usual.",
        facts.get("minutes") or 0,
    ) % {"minutes": facts.get("minutes"), "usual": facts.get("usual")}


def _no_photo(facts: Facts) -> str:
    return _("No photo, where %(share)s%% of this service's completions have one.") % {
        "share": facts.get("share")
    }


def _too_quick(facts: Facts) -> str:
    return ngettext(
        "Completed within %(hours)s hour of the report, sooner than nearly all of this service.",
        "Completed within %(hours)s hours of the report, sooner than nearly all of this service.",
        facts.get("hours") or 0,
    ) % {"hours": facts.get("hours")}


def _sitting(facts: Facts) -> str:
    return ngettext(
        "The same person closed %(count)s other without a visit within ten minutes.",
        "The same person closed %(count)s others without a visit within ten minutes.",
        facts.get("count") or 0,
    ) % {"count": facts.get("count")}


def _same_text(facts: Facts) -> str:
    return ngettext(
        "%(count)s other completion of the team says the same that day, word for word.",
        "%(count)s other completions of the team say the same that day, word for word.",
        facts.get("count") or 0,
    ) % {"count": facts.get("count")}


def _night(facts: Facts) -> str:
    return _("Completed at night, at %(hour)s:00 or after, which is rare for this service.") % {
        "hour": facts.get("hour")
    }


def _repeated(facts: Facts) -> str:
    days = facts.get("days") or 1
    if facts.get("same"):
        return ngettext(
            "The same was reported again %(metres)s m away, %(days)s day later.",
            "The same was reported again %(metres)s m away, %(days)s days later.",
            days,
        ) % {"metres": facts.get("metres"), "days": days}
    return ngettext(
        "Something related was reported %(metres)s m away, %(days)s day later.",
        "Something related was reported %(metres)s m away, %(days)s days later.",
        days,
    ) % {"metres": facts.get("metres"), "days": days}


def _told_again(_facts: Facts) -> str:
    return _("A reporter wrote again after it was completed.")


def _record(facts: Facts) -> str:
    return _(
        "Of the last %(known)s that this person closed, %(bad)s were disputed or found undone."
    ) % {"known": facts.get("known"), "bad": facts.get("bad")}


_SENTENCES: Final[Mapping[str, Callable[[Facts], str]]] = {
    "no_visit": _no_visit,
    "no_start": _no_start,
    "short_visit": _short_visit,
    "no_photo": _no_photo,
    "too_quick": _too_quick,
    "sitting": _sitting,
    "same_text": _same_text,
    "night": _night,
    "repeated": _repeated,
    "told_again": _told_again,
    "record": _record,
}
