"""Saved questions, who is mailed the answers, which numbers are watched, and what that found."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from citycall.accounts.models import User
from citycall.agencies.models import Agency
from citycall.analytics.measures.measure import PERIOD_NAMES, Period

_PERIODS = [(period.value, name) for period, name in PERIOD_NAMES.items()]


class Sharing(models.TextChoices):
    """Who finds a question besides its owner."""

    OWN = "own", _("Only me")
    AGENCY = "agency", _("My agency")
    CITY = "city", _("Everybody who may see numbers")


class SavedQuestion(models.Model):
    """A measure by something, where and when, under a title that its owner has once.

    It rolls over the last ``last`` periods of length ``unit``, the running one among them where
    ``running``; or it has fixed days, ``until`` not counted any more. ``where`` maps dimensions to
    values, none for what is not known.
    """

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_questions")
    title = models.CharField(max_length=150)
    measure = models.CharField(max_length=100)
    by = models.CharField(max_length=100, blank=True)
    period = models.CharField(max_length=10, choices=_PERIODS)
    last = models.PositiveSmallIntegerField(null=True)
    unit = models.CharField(max_length=10, choices=_PERIODS, default=Period.WEEK.value)
    running = models.BooleanField(default=False)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    where = models.JSONField(default=dict)
    sharing = models.CharField(max_length=10, choices=Sharing, default=Sharing.OWN)
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, db_index=False)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("owner", Lower("title"), name="question_title_once"),
            models.CheckConstraint(
                condition=Q(last__isnull=False, since__isnull=True, until__isnull=True)
                | Q(
                    last__isnull=True,
                    since__isnull=False,
                    until__isnull=False,
                    since__lt=F("until"),
                ),
                name="question_rolls_or_has_days",
            ),
            models.CheckConstraint(
                condition=Q(sharing="agency") ^ Q(agency__isnull=True),
                name="question_shared_with_an_agency",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-id"], name="question_shared", condition=~Q(sharing=Sharing.OWN.value)
            )
        ]

    def __str__(self) -> str:
        return self.title


class Rhythm(models.TextChoices):
    """On which days an answer is mailed."""

    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("On the first of every month")


class Subscription(models.Model):
    """Somebody is mailed the answer to a question; ``weekday`` is 0 for Monday, of weekly ones.

    ``owed_for`` is the last day of sending that a message was owed for, ``mailed_for`` the last
    that one was sent for.
    """

    id = models.BigAutoField(primary_key=True)
    question = models.ForeignKey(
        SavedQuestion, on_delete=models.CASCADE, related_name="subscriptions", db_index=False
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    rhythm = models.CharField(max_length=10, choices=Rhythm)
    weekday = models.PositiveSmallIntegerField(null=True)
    owed_for = models.DateField()
    mailed_for = models.DateField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "user"], name="subscription_once"),
            models.CheckConstraint(
                condition=Q(rhythm="weekly", weekday__isnull=False, weekday__range=(0, 6))
                | (~Q(rhythm="weekly") & Q(weekday__isnull=True)),
                name="subscription_weekly_on_a_day",
            ),
        ]
        indexes = [models.Index(fields=["rhythm", "weekday", "owed_for"], name="subscription_due")]

    def __str__(self) -> str:
        return f"question {self.question_id} {self.rhythm} to user {self.user_id}"


class Bound(models.TextChoices):
    """What a rule waits for."""

    ABOVE = "above", _("above a number")
    BELOW = "below", _("below a number")
    OUTSIDE = "outside", _("outside its usual limits")


class Rule(models.Model):
    """Somebody wants to be told when the number of a question's last whole period is so.

    ``number`` is in the measure's own unit, shares from 0 to 1. ``judged_for`` is the first day of
    the last period that was judged, or the day on which a number was that stands as of now.
    """

    id = models.BigAutoField(primary_key=True)
    question = models.ForeignKey(
        SavedQuestion, on_delete=models.CASCADE, related_name="rules", db_index=False
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    bound = models.CharField(max_length=10, choices=Bound)
    number = models.FloatField(null=True)
    judged_for = models.DateField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["question", "user", "bound", "number"],
                name="rule_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(bound="outside", number__isnull=True)
                | (~Q(bound="outside") & Q(number__isnull=False)),
                name="rule_has_its_number",
            ),
        ]

    def __str__(self) -> str:
        return f"question {self.question_id} {self.bound} {self.number}"


class Alert(models.Model):
    """From which period on a rule's number was beyond its bound, and the first that it was not.

    ``value``, ``low`` and ``high`` are those of the period in which it began; the limits are there
    where the rule is about them. ``agencies`` are those alone whose numbers it is about; none where
    it is about all.
    """

    id = models.BigAutoField(primary_key=True)
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="alerts", db_index=False)
    began_with = models.DateField()
    began_at = models.DateTimeField()
    value = models.FloatField()
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    ended_with = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    agencies = ArrayField(models.BigIntegerField(), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule"], name="alert_one_at_a_time", condition=Q(ended_at__isnull=True)
            ),
            models.UniqueConstraint(fields=["rule", "began_with"], name="alert_once_a_period"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_with__isnull=True)
                | Q(
                    ended_at__isnull=False, ended_with__isnull=False, ended_with__gt=F("began_with")
                ),
                name="alert_ends_later",
            ),
        ]

    def __str__(self) -> str:
        return f"rule {self.rule_id} since {self.began_with}"
