"""Articles, alerts, events and directory entries as their writers write them, whole."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from citycall.agencies.documents import (
    Code,
    Document,
    Email,
    Fault,
    Line,
    LongCode,
    LongName,
    Phone,
    Text,
    Website,
    Words,
    clean_text,
    raise_any,
)
from citycall.core import clock, phrases
from citycall.knowledge.models import Article

LONGEST_BODY = 40_000

_Body = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_BODY), AfterValidator(clean_text)
]
_Keyword = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,4})?$")]
AreaName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9_-]+/.+$", max_length=141), AfterValidator(clean_text)
]


def _in_city(moment: datetime) -> datetime:
    """Staff write the city's own time; what says its offset is shown in it too."""
    zone = clock.city_zone()
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


Moment = Annotated[datetime, AfterValidator(_in_city)]


class FactsSpec(Document):
    """What everybody asks of a permit or a program."""

    who: Words
    cost: Line
    how_long: Line
    bring: tuple[Line, ...] = Field((), max_length=30)
    apply: Words


class ScriptUse(StrEnum):
    """The moment of a call that a script is for; some are what comes of a call, by its name."""

    GREETING = "greeting"
    LANGUAGE = "language"
    HOLD = "hold"
    REPORT = "report"
    FOLLOW_UP = "follow_up"
    INFORMATION = "information"
    TRANSFERRED = "transferred"
    EMERGENCY = "emergency"
    CALL_BACK = "call_back"
    NOTHING = "nothing"
    CLOSING = "closing"


class ArticleSpec(Document):
    """One answer in plain words, ``body`` in Markdown.

    ``keywords`` are the words that people use and the text does not. ``services`` are the codes
    of those that it leads to, ``agency`` is that of whoever answers for what it says, and
    ``checked_on`` the day on which somebody last made sure that it is true. Only what is
    ``published`` is ever shown or found, from the day ``publish_from`` and no more from the day
    ``expires_on``. ``translates`` is the code of the article of which this is the same in another
    language. A script is for call-takers alone; it is ``used_for`` a moment of every call, or
    where the call is about one of its ``services``.
    """

    code: LongCode
    title: LongName
    summary: Line = ""
    body: _Body
    keywords: tuple[_Keyword, ...] = Field((), max_length=100)
    services: tuple[LongCode, ...] = Field((), max_length=20)
    agency: Code | None = None
    language: Language = "en"
    translates: LongCode | None = None
    checked_on: date
    published: bool = True
    publish_from: date | None = None
    expires_on: date | None = None
    kind: Article.Kind = Article.Kind.ANSWER
    used_for: ScriptUse | None = None
    facts: FactsSpec | None = None

    @model_validator(mode="after")
    def _complete(self) -> "ArticleSpec":
        faults = []
        if (self.facts is None) == (self.kind in {Article.Kind.PERMIT, Article.Kind.PROGRAM}):
            sentence = _("Permits and programs have facts; other answers have none.")
            faults.append(Fault(("facts",), sentence))
        if self.translates == self.code:
            faults.append(Fault(("translates",), _("An article does not translate itself.")))
        if self.publish_from and self.expires_on and self.expires_on <= self.publish_from:
            sentence = _("The end must be after the beginning.")
            faults.append(Fault(("expires_on",), sentence))
        if self.used_for is not None and self.kind is not Article.Kind.SCRIPT:
            sentence = _("Only a script is for a moment of a call.")
            faults.append(Fault(("used_for",), sentence))
        raise_any(faults)
        return self


class SaidSpec(Document):
    """The same in another language."""

    title: LongName
    words: Text = ""


class SaidAloudSpec(SaidSpec):
    """The same in another language, and how the telephone's menu says it."""

    spoken: Text = ""


class EntrySpec(Document):
    """What all that staff tell has in common: a title and words, perhaps in several languages."""

    code: LongCode
    title: LongName
    words: Text = ""
    language: Language = "en"
    translations: Mapping[Language, SaidSpec] = Field(default_factory=dict)
    retired: bool = False

    def said(self, language: str) -> tuple[str, str, str]:
        """Title, words and their language: the reader's where it is there, else its own.

        What has no translation of its own may be in the phrase book.
        """
        general = language.partition("-")[0]
        for known in (language, general):
            if known == self.language:
                break
            if known in self.translations:
                said = self.translations[known]
                return said.title, said.words, known
        if phrases.is_first(self.language) and phrases.has(self.title, language=language):
            return phrases.said(self.title, language), phrases.said(self.words, language), language
        return self.title, self.words, self.language


class AlertState(StrEnum):
    """How far the city is with what an alert tells."""

    KNOWN = "known"
    CREWS = "crews"
    PLANNED = "planned"


class CircleSpec(Document):
    """Everything within so many metres of a point."""

    longitude: float = Field(ge=-180, le=180)
    latitude: float = Field(ge=-85, le=85)
    radius_m: float = Field(ge=10, le=50_000)


class AlertSpec(EntrySpec):
    """Something that the city knows of, from ``starts`` until ``ends`` (none: until it is ended).

    It concerns the services that it names, in its areas ("layer/code") or circle; without either
    the whole city. ``articles`` are codes of those that say more, ``request`` is the public id of
    the request that deals with it. ``spoken`` is what the telephone's menu says in place of title
    and words, which are written to be read.
    """

    words: Words
    spoken: Text = ""
    translations: Mapping[Language, SaidAloudSpec] = Field(default_factory=dict)
    state: AlertState = AlertState.KNOWN
    starts: Moment
    ends: Moment | None = None
    agency: Code | None = None
    services: tuple[LongCode, ...] = Field((), max_length=50)
    areas: tuple[AreaName, ...] = Field((), max_length=200)
    circle: CircleSpec | None = None
    articles: tuple[LongCode, ...] = Field((), max_length=20)
    request: int | None = Field(None, ge=1, le=2**63 - 1)

    @model_validator(mode="after")
    def _in_order(self) -> "AlertSpec":
        _refuse_disorder(self.starts, self.ends)
        return self

    @property
    def placed(self) -> bool:
        """Whether it concerns a part of the city only."""
        return bool(self.areas) or self.circle is not None

    def aloud(self, language: str) -> tuple[str, str]:
        """What is read aloud, and its language: the listener's where it is there, else its own."""
        title, words, spoken_in = self.said(language)
        told = self.spoken
        if spoken_in != self.language:
            said = self.translations.get(spoken_in)
            told = said.spoken if said else ""
        return told or f"{title}.\n{words}", spoken_in

    def is_live(self, at: datetime) -> bool:
        """Whether it is told at this moment."""
        return not self.retired and self.starts <= at and (self.ends is None or at < self.ends)


class EventSpec(EntrySpec):
    """A public event, where and when; an event that is cancelled is still told."""

    starts: Moment
    ends: Moment
    place: Line
    longitude: float | None = Field(None, ge=-180, le=180)
    latitude: float | None = Field(None, ge=-85, le=85)
    agency: Code | None = None
    website: Website = ""
    cancelled: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> "EventSpec":
        _refuse_disorder(self.starts, self.ends)
        return self


class DirectorySpec(EntrySpec):
    """Whom to call; ``words`` say what for, ``keywords`` what else people call it.

    One that names an ``agency`` speaks for it and has its phone and hours where it gives none.
    ``calendar`` is the code of a working calendar; without one, hours are not known. Outside them
    ``after_hours`` says in words what to do; the entry with the code ``after_hours_entry`` answers
    instead, or somebody at ``after_hours_phone``. Call-takers pass callers on to
    ``transfer_phone`` where there is a line of its own for that, which residents are never shown;
    ``warm_transfer`` says whether somebody there listens to what the caller said already. An entry
    that is ``urgent`` stands first in their list; one for ``staff_only`` in theirs alone.
    """

    words: Words
    agency: Code | None = None
    calendar: Code | None = None
    phone: Phone = ""
    email: Email = ""
    website: Website = ""
    address: Line = ""
    after_hours: Line = ""
    after_hours_entry: LongCode | None = None
    after_hours_phone: Phone = ""
    transfer_phone: Phone = ""
    warm_transfer: bool = False
    urgent: bool = False
    staff_only: bool = False
    keywords: tuple[_Keyword, ...] = Field((), max_length=100)

    @model_validator(mode="after")
    def _somebody_else(self) -> "DirectorySpec":
        if self.after_hours_entry == self.code:
            sentence = _("Name somebody else: this entry is the one that is closed then.")
            raise_any([Fault(("after_hours_entry",), sentence)])
        return self


def _refuse_disorder(starts: datetime, ends: datetime | None) -> None:
    if ends is not None and ends <= starts:
        raise_any([Fault(("ends",), _("The end must be after the beginning."))])
