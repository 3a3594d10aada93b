"""Completions with what speaks for and against them, what looks false, and what was checked."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citycall.accounts.models import User
from citycall.service_requests.models import ServiceRequest


class Closure(models.Model):
    """One completion of a request: the facts at the time, and what came to be known after it.

    ``closer_kind`` and ``closer_id`` say who entered it, as the event does. ``text_key`` is equal
    where the explanations are, numbers and punctuation aside. ``x`` and ``y`` are Web Mercator
    metres and ``square`` the hundred of them that hold the point. ``flagged`` is what it looked
    like when it was last judged, whatever was decided.
    """

    class Checked(models.TextChoices):
        """What a check found; empty where none did."""

        NONE = "", _("Not checked")
        DONE = "done", _("Really done")
        NOT_DONE = "not_done", _("Not done")

    id = models.BigAutoField(primary_key=True)
    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.CASCADE, db_index=False, related_name="closures"
    )
    completed_at = models.DateTimeField()
    service_id = models.BigIntegerField()
    group = models.CharField(max_length=100)
    agency_id = models.BigIntegerField()
    team_id = models.BigIntegerField()
    closer_kind = models.CharField(max_length=10)
    closer_id = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField()
    visited_at = models.DateTimeField(null=True)
    photos = models.PositiveSmallIntegerField(default=0)
    text_key = models.BigIntegerField()
    x = models.FloatField(null=True)
    y = models.FloatField(null=True)
    square = models.BigIntegerField(null=True)

    disputed_at = models.DateTimeField(null=True)
    told_again = models.PositiveSmallIntegerField(default=0)
    repeated_at = models.DateTimeField(null=True)
    repeated_by = models.BigIntegerField(null=True)
    repeated_m = models.FloatField(null=True)
    repeated_same = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True)
    checked = models.CharField(max_length=10, choices=Checked, blank=True, default="")

    judge_at = models.DateTimeField(null=True)
    judged_at = models.DateTimeField(null=True)
    score = models.FloatField(null=True)
    flagged = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service_request", "completed_at"], name="closure_of_a_completion"
            ),
        ]
        indexes = [
            models.Index(fields=["completed_at", "id"], name="closure_by_time"),
            models.Index(
                fields=["closer_id", "completed_at"],
                name="closure_by_closer",
                condition=Q(closer_id__isnull=False),
            ),
            models.Index(fields=["team_id", "text_key", "completed_at"], name="closure_by_text"),
            models.Index(
                fields=["square", "completed_at"],
                name="closure_by_square",
                condition=Q(square__isnull=False),
            ),
            models.Index(fields=["service_id", "completed_at"], name="closure_by_service"),
            models.Index(
                fields=["judge_at"], name="closure_to_judge", condition=Q(judge_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_request_id} at {self.completed_at:%Y-%m-%d %H:%M}"


class ClosureFlag(models.Model):
    """A completion that looks false: how much, why, and what was decided.

    ``reasons`` are pairs of a code and what its sentence needs, the weightiest first.
    """

    class State(models.TextChoices):
        """``SETTLED``: the reporter, another completion or a check was quicker than anybody."""

        OPEN = "open", _("To be looked at")
        TO_CHECK = "to_check", _("Sent to be checked")
        RIGHT = "right", _("It is right")
        REOPENED = "reopened", _("Reopened")
        SETTLED = "settled", _("Settled otherwise")

    id = models.BigAutoField(primary_key=True)
    closure = models.OneToOneField(Closure, on_delete=models.CASCADE, related_name="flag")
    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.CASCADE, related_name="closure_flags"
    )
    completed_at = models.DateTimeField()
    agency_id = models.BigIntegerField()
    service_id = models.BigIntegerField()
    score = models.FloatField()
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    flagged_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, db_index=False, related_name="closures_decided"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["agency_id", "-score", "-id"],
                name="flag_open_by_agency",
                condition=Q(state="open"),
            ),
            models.Index(fields=["-score", "-id"], name="flag_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.service_request_id}: {self.score:.2f}"


class Usual(models.Model):
    """How a service's work is usually recorded, from its latest completions.

    Shares are 0 to 1. ``short_visit`` and ``half_visit`` are the minutes from start to completion
    that 5 and 50 of 100 visits took at most; null where few visits are on record. ``quick_days``
    is after how many days 1, 2, ... 10 of 100 were done.
    """

    service_id = models.BigIntegerField(primary_key=True)
    closures = models.PositiveIntegerField()
    visits = models.FloatField()
    photos = models.FloatField()
    nights = models.FloatField()
    short_visit = models.FloatField(null=True)
    half_visit = models.FloatField(null=True)
    quick_days = models.JSONField(default=list)
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"service {self.service_id}: {self.closures}"


class Plan(models.Model):
    """How many completions are checked; the latest row holds.

    ``a_week`` are random draws of the whole city; ``flagged_share`` is the part of them that is
    drawn from what looks false.
    """

    id = models.BigAutoField(primary_key=True)
    a_week = models.PositiveIntegerField()
    flagged_share = models.FloatField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(a_week__lte=5_000, flagged_share__gte=0, flagged_share__lte=0.9),
                name="plan_in_bounds",
            )
        ]

    def __str__(self) -> str:
        return f"{self.a_week} a week"


class Frame(models.Model):
    """What was there to draw from on a day in one stratum, and how much was drawn.

    The stratum is an agency, a group of services, and whether the completion looked false.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    agency_id = models.BigIntegerField()
    group = models.CharField(max_length=100)
    flagged = models.BooleanField()
    size = models.PositiveIntegerField()
    drawn = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "agency_id", "group", "flagged"], name="frame_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.group}: {self.drawn} of {self.size}"


class Check(models.Model):
    """One completion that somebody calls about or goes to see.

    ``probability`` is that with which it was drawn (null: chosen by a person, and so kept out of
    every estimate); ``frame`` is the stratum of the draw.
    """

    class Result(models.TextChoices):
        """What was found."""

        WAITING = "", _("Waiting")
        DONE = "done", _("Really done")
        NOT_DONE = "not_done", _("Not done")
        UNKNOWN = "unknown", _("Could not be checked")

    class How(models.TextChoices):
        """By which way it was found out."""

        CALL = "call", _("Called back")
        VISIT = "visit", _("Went to see")

    id = models.BigAutoField(primary_key=True)
    closure = models.OneToOneField(Closure, on_delete=models.CASCADE, related_name="check_made")
    agency_id = models.BigIntegerField()
    frame = models.ForeignKey(
        Frame, null=True, on_delete=models.PROTECT, related_name="checks", db_index=False
    )
    probability = models.FloatField(null=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, db_index=False, related_name="checks_asked"
    )
    result = models.CharField(max_length=10, choices=Result, blank=True, default="")
    how = models.CharField(max_length=10, choices=How, blank=True, default="")
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, db_index=False, related_name="checks_made"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(probability__isnull=True, frame__isnull=True)
                | Q(probability__gt=0, probability__lte=1, frame__isnull=False),
                name="check_drawn_with_probability",
            )
        ]
        indexes = [
            models.Index(
                fields=["agency_id", "asked_at", "id"],
                name="check_waiting",
                condition=Q(result=""),
            ),
            models.Index(fields=["asked_at", "id"], name="check_by_time"),
        ]

    def __str__(self) -> str:
        return f"check of {self.closure_id}: {self.result or 'waiting'}"


class ClosureDay(models.Model):
    """How a day's completions of a team and service stand now; counted anew while they change."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    agency_id = models.BigIntegerField()
    team_id = models.BigIntegerField()
    service_id = models.BigIntegerField()
    completed = models.PositiveIntegerField()
    confirmed = models.PositiveIntegerField()
    disputed = models.PositiveIntegerField()
    flagged = models.PositiveIntegerField()
    checked = models.PositiveIntegerField()
    false = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "team_id", "service_id", "agency_id"], name="closure_day_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.completed}"
