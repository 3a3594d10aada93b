"""When agencies meet, the papers that were laid before them, and what was promised there."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citycall.accounts.models import User
from citycall.agencies.models import Agency


class Schedule(models.Model):
    """An agency meets every ``weeks`` weeks, counted from the meeting on ``first_on``.

    The paper is made ``days_before`` days before each. ``emails`` are told of it besides those who
    answer for the agency and for what it promised.
    """

    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, related_name="meeting_schedule")
    first_on = models.DateField()
    weeks = models.PositiveSmallIntegerField()
    days_before = models.PositiveSmallIntegerField()
    emails = ArrayField(models.EmailField(), default=list)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weeks__range=(1, 26), days_before__range=(0, 14)),
                name="meeting_schedule_in_bounds",
            )
        ]

    def __str__(self) -> str:
        return f"agency {self.agency_id} every {self.weeks} weeks from {self.first_on}"


class Meeting(models.Model):
    """One meeting of an agency about the two weeks from ``since`` to ``until``, both included.

    ``slot`` is the date that the schedule had for it; it stays when the meeting is moved.
    ``notes_version`` counts how often the notes were taken down, so that nobody overwrites others.
    """

    id = models.BigAutoField(primary_key=True)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, db_index=False, related_name="meetings"
    )
    on = models.DateField()
    slot = models.DateField(null=True)
    since = models.DateField()
    until = models.DateField()
    notes = models.TextField(blank=True)
    notes_version = models.PositiveIntegerField(default=0)
    noted_at = models.DateTimeField(null=True)
    called_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "on"], name="meeting_once_a_day"),
            models.UniqueConstraint(fields=["agency", "slot"], name="meeting_of_a_slot"),
            models.CheckConstraint(condition=Q(since__lte=F("until")), name="meeting_of_a_period"),
        ]

    def __str__(self) -> str:
        return f"agency {self.agency_id} on {self.on}"


class Paper(models.Model):
    """What was laid before a meeting, as it was counted then: never changed, only made anew.

    ``content`` is the pack as plain data; what it means is told by who made it.
    """

    id = models.BigAutoField(primary_key=True)
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, db_index=False, related_name="papers"
    )
    nth = models.PositiveSmallIntegerField()
    content = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "nth"], name="paper_nth_once")]

    def __str__(self) -> str:
        return f"paper {self.nth} of meeting {self.meeting_id}"


class State(models.TextChoices):
    """Where a commitment stands; open and carried over ones come up again at each meeting."""

    OPEN = "open", _("Open")
    CARRIED_OVER = "carried_over", _("Carried over")
    DONE = "done", _("Done")
    MISSED = "missed", _("Given up")


ALIVE = frozenset({State.OPEN.value, State.CARRIED_OVER.value})


class Evidence(models.TextChoices):
    """What will show that a commitment was kept."""

    WORDS = "words", _("In words")
    LINK = "link", _("A link")
    REQUEST = "request", _("A request's number")
    MEASURE = "measure", _("A measure that reaches its goal")


class Commitment(models.Model):
    """What somebody promised at a meeting, until when, and what will show that it was kept.

    The owner is a person with an account, or anybody by ``owner_name``. ``evidence`` are the words,
    the link, the request's number or the measure's name; a measure has a ``goal``, in its own unit,
    that it should be ``at_most`` or at least. ``first_due_on`` is the date that was promised first,
    ``carried`` how often it was put off. ``outcome`` is what shows that it was done, or why not.
    """

    id = models.BigAutoField(primary_key=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, db_index=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="commitments")
    what = models.CharField(max_length=500)
    owner = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="commitments", db_index=False
    )
    owner_name = models.CharField(max_length=150)
    due_on = models.DateField()
    first_due_on = models.DateField()
    evidence_kind = models.CharField(max_length=10, choices=Evidence)
    evidence = models.CharField(max_length=500, blank=True)
    goal = models.FloatField(null=True)
    at_most = models.BooleanField(default=False)
    state = models.CharField(max_length=15, choices=State, default=State.OPEN)
    carried = models.PositiveSmallIntegerField(default=0)
    outcome = models.TextField(blank=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reminded_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "carried_over"], ended_at__isnull=True)
                | (Q(state__in=["done", "missed"], ended_at__isnull=False) & ~Q(outcome="")),
                name="commitment_ends_with_words",
            ),
            models.CheckConstraint(
                condition=Q(evidence_kind="measure", goal__isnull=False)
                | (~Q(evidence_kind="measure") & Q(goal__isnull=True)),
                name="commitment_measure_has_goal",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agency", "due_on", "id"],
                name="commitment_alive",
                condition=Q(ended_at__isnull=True),
            ),
            models.Index(
                fields=["due_on", "id"],
                name="commitment_due",
                condition=Q(ended_at__isnull=True),
            ),
            models.Index(
                fields=["agency", "-ended_at", "-id"],
                name="commitment_ended",
                condition=Q(ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_name}: {self.what[:60]}"

    @property
    def is_alive(self) -> bool:
        """Whether it comes up again at the next meeting."""
        return self.state in ALIVE
