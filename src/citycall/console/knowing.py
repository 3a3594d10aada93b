"""What is true today: all that a caller's words lead to, in their language and one's own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from citycall.core import clock, phrases
from citycall.knowledge import alerts, days, opinions, queries, transfers
from citycall.knowledge.days import Holiday
from citycall.knowledge.queries import ArticleEntry
from citycall.knowledge.specs import AlertSpec
from citycall.knowledge.transfers import Target
from citycall.pages import hours
from citycall.pages.holiday_names import translated
from citycall.places.words import fold

LONGEST: Final = 200
_MOST_ANSWERS: Final = 6
_MOST_ALERTS: Final = 4
_MOST_TARGETS: Final = 4
_MOST_HOLIDAYS: Final = 3
_HOLIDAYS_AHEAD: Final = timedelta(days=60)
_SOON: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An article as the caller hears it, and ``own`` as the call-taker reads it.

    ``own`` is none where both speak the same language or it is not translated.
    """

    said: ArticleEntry
    own: ArticleEntry | None
    excerpt: str

    @property
    def is_script(self) -> bool:
        """Whether it is to be read aloud as it stands."""
        return self.said.kind == "script"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that words lead to, the answer first; without words, what concerns everybody today.

    ``language`` is the caller's. ``alerts``, ``targets`` and ``holidays`` are made for templates.
    """

    words: str
    language: str
    answers: Sequence[Answer]
    alerts: Sequence[dict[str, Any]]
    targets: Sequence[dict[str, Any]]
    holidays: Sequence[dict[str, Any]]

    @property
    def nothing(self) -> bool:
        """Whether words led nowhere."""
        return not (self.answers or self.alerts or self.targets or self.holidays)


def known(words: str, *, language: str, at: datetime) -> Known:
    """What these words lead to, for a caller who speaks ``language``.

    The call-taker's own language is the one spoken just now. Words may be in either.
    """
    words = words.replace("\x00", "")[:LONGEST].strip()
    return Known(
        words=words,
        language=language,
        answers=_answers(words, language) if words else (),
        alerts=[_alert(each, language) for each in _alerts(words, language, at)],
        targets=[target_told(each, at=at) for each in _targets(words, at)],
        holidays=[_holiday(each) for each in _holidays(words, at)],
    )


def note_unanswered(words: str, *, language: str, at: datetime) -> None:
    """Keep for those who write that a call-taker found nothing."""
    on = at.astimezone(clock.city_zone()).date()
    opinions.note_unanswered(words=words, language=language, on=on, at_console=True)


def target_told(target: Target, *, at: datetime) -> dict[str, Any]:
    """Somebody to pass a caller on to, for a template."""
    answering = target.answering
    state = hours.state_of(target.opening, at=at) if target.opening else None
    return {
        "target": target,
        "state": state,
        "instead": answering if answering is not target else None,
        "dial": answering.phone if answering.is_open else target.phone,
    }


def _languages(language: str) -> list[str]:
    """One's own, the caller's and the city's, each once."""
    return list(dict.fromkeys((phrases.spoken(), language, settings.LANGUAGE_CODE)))


def _answers(words: str, language: str) -> list[Answer]:
    """The articles that answer, by their best place in the search of any of the languages.

    Words that are known in one language are no slip of the pen in another.
    """
    found = [
        queries.search(words, language=spoken, limit=_MOST_ANSWERS, for_staff=True)
        for spoken in _languages(language)
    ]
    sure = [each for each in found if each and each[0].sure]
    places: dict[str, tuple[int, str]] = {}
    for one in sure or found:
        for place, each in enumerate(one):
            places.setdefault(each.code, (place, each.excerpt))
    entries = queries.in_languages(list(places), _languages(language))
    return _in_both(entries, places, language)[:_MOST_ANSWERS]


def _in_both(
    entries: Iterable[ArticleEntry], places: dict[str, tuple[int, str]], language: str
) -> list[Answer]:
    same: dict[str, list[ArticleEntry]] = {}
    for each in entries:
        same.setdefault(each.root, []).append(each)

    def place(family: Sequence[ArticleEntry]) -> int:
        return min(places[each.code][0] for each in family if each.code in places)

    ordered = sorted(same.values(), key=place)
    return [_answer(family, places, language) for family in ordered]


def _answer(
    family: Sequence[ArticleEntry], places: dict[str, tuple[int, str]], language: str
) -> Answer:
    by_language = {each.language: each for each in family}
    own = by_language.get(phrases.spoken())
    said = by_language.get(language) or own or family[0]
    excerpt = next((places[each.code][1] for each in (said, *family) if each.code in places), "")
    # What was found in another language is not read to this caller.
    told = excerpt if said.code in places and excerpt != said.summary else ""
    return Answer(said=said, own=own if own is not said else None, excerpt=told)


def _alerts(words: str, language: str, at: datetime) -> list[AlertSpec]:
    if not words:
        return alerts.live(at=at)[:_MOST_ALERTS]
    found = {
        each.code: each
        for spoken in _languages(language)
        for each in alerts.speaking_of(words, language=spoken, at=at)
    }
    return list(found.values())[:_MOST_ALERTS]


def _alert(alert: AlertSpec, language: str) -> dict[str, Any]:
    """An alert for a template, as the caller hears it and as one reads it oneself."""
    title, words, spoken = alert.said(language)
    own_title, own_words, own = alert.said(phrases.spoken())
    return {
        "code": alert.code,
        "title": title,
        "words": words,
        "lang": spoken,
        "own": {"title": own_title, "words": own_words, "lang": own} if own != spoken else None,
        "starts": alert.starts,
        "ends": alert.ends,
    }


def _targets(words: str, at: datetime) -> list[Target]:
    if not words:
        return [each for each in transfers.targets(at=at) if each.urgent]
    # Words without a letter ask for nobody.
    return transfers.targets(words, at=at)[:_MOST_TARGETS] if fold(words).strip() else []


def _holidays(words: str, at: datetime) -> list[Holiday]:
    today = at.astimezone(clock.city_zone()).date()
    ahead = _HOLIDAYS_AHEAD if words else _SOON
    coming = days.holidays(first=today, last=today + ahead)
    if not words:
        return coming
    asked = {word for word in fold(words).split() if len(word) > 3}
    return [each for each in coming if asked & _words_of(each)][:_MOST_HOLIDAYS]


def _words_of(holiday: Holiday) -> set[str]:
    told = holiday.notice.said(phrases.spoken())[0] if holiday.notice else ""
    general = _("holiday holidays closed open hours")
    return set(fold(" ".join((holiday.name, translated(holiday.name), told, general))).split())


def _holiday(each: Holiday) -> dict[str, Any]:
    title, words, _language = each.notice.said(phrases.spoken()) if each.notice else ("", "", "")
    return {
        "day": each.day,
        "title": title or translated(each.name) or _("Other hours"),
        "words": words,
        "closed": [one.name for one in each.agencies if not one.off.hours],
        "moved": [
            {"title": one.collection.said(phrases.spoken())[0], "day": one.day}
            for one in each.collections
            if one.is_moved
        ],
    }
