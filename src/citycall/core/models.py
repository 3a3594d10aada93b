"""The event log, versions of snapshots, revisions of what is edited, and the phrase book."""

from django.db import models
from django.db.models.functions import MD5


class Visibility(models.TextChoices):
    """Who may read an event: everyone, the people who reported, or staff only."""

    PUBLIC = "public"
    REPORTER = "reporter"
    INTERNAL = "internal"


class Event(models.Model):
    """One thing that happened. Append-only: the database refuses to change or delete a row.

    ``data`` holds facts; ``words`` what a person wrote, which erasure may empty and nothing else.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150)
    subject_kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    visibility = models.CharField(max_length=10, choices=Visibility)
    data = models.JSONField(default=dict)
    words = models.TextField(null=True)  # noqa: DJ001  (null means erased or never said)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="event_by_subject")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_kind} {self.subject_id}"


class Version(models.Model):
    """The count of changes to the tables behind one snapshot."""

    name = models.CharField(max_length=40, primary_key=True)
    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Revision(models.Model):
    """One administrator's change to one thing, whole before and whole after, so it can be undone.

    ``before`` is null where the thing was made, ``after`` where it was removed.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150)
    subject_kind = models.CharField(max_length=30)
    subject_code = models.CharField(max_length=100)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    note = models.TextField(blank=True)
    undoes = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="undone_by"
    )

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_code", "id"], name="revision_by_subject")
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_code} at {self.at:%Y-%m-%d %H:%M}"


class Phrase(models.Model):
    """One text of the city's, as it is said in another language than the one it is written in."""

    id = models.BigAutoField(primary_key=True)
    language = models.CharField(max_length=10)
    text = models.TextField()
    said = models.TextField()

    class Meta:
        constraints = [
            # A text may be longer than what an index holds.
            models.UniqueConstraint("language", MD5("text"), name="phrase_said_once")
        ]

    def __str__(self) -> str:
        return f"{self.language}: {self.text[:60]}"
