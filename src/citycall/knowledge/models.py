"""What the city tells before anybody asks a person: articles, alerts, days, events, contacts."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models


class Article(models.Model):
    """One answer: ``body`` is Markdown, ``services`` are codes of services that it belongs to.

    ``searchable`` is title, question, keywords and body in one, for the search alone.
    ``translates`` is the code of the article of which this is the same in another language.
    ``checked_on`` is when somebody last made sure that it is still true. A permit or a program has
    ``facts`` besides: who may apply, what it costs, how long it takes, what to bring. A script is
    read aloud by call-takers and never public; ``used_for`` is the moment of a call that it is
    for. It is shown from ``publish_from`` and no more from ``expires_on``, days in the city.
    ``written_at`` is when title, summary or body last changed, for the translations.
    """

    class Kind(models.TextChoices):
        ANSWER = "answer"
        PERMIT = "permit"
        PROGRAM = "program"
        SCRIPT = "script"

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ANSWER)
    facts = models.JSONField(default=dict)
    language = models.CharField(max_length=10, default="en")
    translates = models.SlugField(max_length=80, blank=True, db_index=False, db_default="")
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    body = models.TextField()
    keywords = ArrayField(models.CharField(max_length=60), default=list)
    services = ArrayField(models.CharField(max_length=80), default=list)
    agency_code = models.CharField(max_length=40, blank=True)
    checked_on = models.DateField()
    published = models.BooleanField(default=True)
    publish_from = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    used_for = models.CharField(max_length=20, blank=True, db_default="")
    updated_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)
    searchable = models.TextField()

    class Meta:
        indexes = [
            GinIndex(
                OpClass("searchable", name="gin_trgm_ops"),
                name="article_by_letters",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["translates", "language"],
                condition=~models.Q(translates=""),
                name="article_translated_once",
            )
        ]

    def __str__(self) -> str:
        return self.title


class ArticleDraft(models.Model):
    """What somebody writes of an article before it is shown; what is shown stays as it is.

    ``definition`` is the article's spec whole, as far as it is written. ``asked_at`` is since when
    it waits for a second person; ``sent_back`` is what that person wants changed.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    definition = models.JSONField()
    writer_id = models.BigIntegerField(null=True)
    writer_name = models.CharField(max_length=200)
    updated_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    sent_back = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.title


class Entry(models.Model):
    """Something told by staff: ``definition`` is its spec whole, the columns are for lists."""

    code = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=150)
    retired = models.BooleanField(default=False)
    updated_at = models.DateTimeField()
    definition = models.JSONField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


class ServiceAlert(Entry):
    """A known outage or event that answers people before they report it."""

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True)
                | models.Q(ends_at__gt=models.F("starts_at")),
                name="alert_ends_after_its_start",
            )
        ]


class LocalEvent(Entry):
    """A public event at a place and time."""

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="event_ends_after_its_start",
            )
        ]


class Collection(Entry):
    """What is collected or swept by turns: on which days, in which areas of one layer."""


class HolidayNotice(Entry):
    """What is otherwise on one date: which services and collections change, and how."""

    day = models.DateField()


class DirectoryEntry(Entry):
    """Whom to call for what, besides the agencies themselves."""

    class Meta:
        verbose_name_plural = "directory entries"


class Opinion(models.Model):
    """Whether an article or alert answered somebody, once for each visitor.

    ``visitor`` is a random word that the browser's session keeps, and says nothing of a person.
    ``missing`` is what they missed, in their words: for staff alone.
    """

    class Subject(models.TextChoices):
        ARTICLE = "article"
        ALERT = "alert"

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=10, choices=Subject)
    code = models.CharField(max_length=80)
    visitor = models.CharField(max_length=40)
    helped = models.BooleanField()
    missing = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "code", "visitor"], name="one_opinion_of_each_visitor"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.code}: {self.helped}"


class UnansweredSearch(models.Model):
    """Words that were searched and not found, shortened and without numbers, and how often.

    ``at_console`` is how many of the ``times`` were a call-taker's. What is ``done`` is open again
    when the same is searched and not found once more. ``article`` answers it by now.
    """

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        IGNORED = "ignored"

    id = models.BigAutoField(primary_key=True)
    words = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    times = models.IntegerField(default=1)
    first_on = models.DateField()
    last_on = models.DateField()
    at_console = models.IntegerField(default=0, db_default=0)
    state = models.CharField(
        max_length=10, choices=State, default=State.OPEN, db_default=State.OPEN.value
    )
    article = models.CharField(max_length=80, blank=True, db_default="")
    settled_by = models.CharField(max_length=200, blank=True, db_default="")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "unanswered searches"
        constraints = [
            models.UniqueConstraint(fields=["words", "language"], name="unanswered_words_once")
        ]

    def __str__(self) -> str:
        return self.words
