"""Calls and other conversations, what they touched, call-backs, and the call-takers' desks."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citycall.accounts.models import User


class Medium(models.TextChoices):
    """How somebody came to speak with the city."""

    PHONE = "phone", _("Phone call")
    CHAT = "chat", _("Chat")
    VISIT = "visit", _("Visit")
    LETTER = "letter", _("Letter")


class State(models.TextChoices):
    """Where a conversation stands. It follows from its times, so news may come in any order."""

    MENU = "menu", _("In the menu")
    WAITING = "waiting", _("Waiting")
    RINGING = "ringing", _("Ringing")
    TALKING = "talking", _("Talking")
    HELD = "held", _("On hold")
    WRAPPING = "wrapping", _("Being wrapped up")
    OVER = "over", _("Over")


class Disposition(models.TextChoices):
    """What came of a conversation, by who had it."""

    REPORT = "report", _("Request made or joined")
    FOLLOW_UP = "follow_up", _("Follow-up")
    INFORMATION = "information", _("Information given")
    TRANSFERRED = "transferred", _("Transferred")
    EMERGENCY = "emergency", _("Passed to 911")
    NOTHING = "nothing", _("Nobody there, or wrong number")


class Ending(models.TextChoices):
    """How a conversation ended that nobody answered, or that a machine did."""

    LEFT = "left", _("Hung up while waiting")
    MENU = "menu", _("Served by the menu")
    CALL_BACK = "call_back", _("Asked to be called back")
    CLOSED = "closed", _("Called outside the hours")
    FAILED = "failed", _("The connection failed")


class Call(models.Model):
    """One conversation with the city: on the phone, in a chat, at the counter, by letter.

    ``switch`` and ``switch_id`` are the name of the telephone system and its own id of the call,
    both empty for what a call-taker noted by hand. ``phone`` is in E.164 form, empty where it was
    withheld. ``topic`` is the queue it waits in beside its language. ``queued_at`` is since when
    it waits; a call-back keeps that of the call it stands for. ``told_seconds`` is the wait that
    the caller was told to expect. ``phone``, ``name``, ``notes`` are personal and erased in time.
    """

    id = models.BigAutoField(primary_key=True)
    medium = models.CharField(max_length=10, choices=Medium, default=Medium.PHONE)
    outgoing = models.BooleanField(default=False)
    switch = models.CharField(max_length=40, blank=True)
    switch_id = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    dialled = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=150, blank=True)
    language = models.CharField(max_length=10, blank=True)
    topic = models.CharField(max_length=40, blank=True)
    priority = models.PositiveSmallIntegerField(default=3)
    taker = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, db_index=False, related_name="calls"
    )

    arrived_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True)
    told_seconds = models.PositiveIntegerField(null=True)
    offered_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    held_seconds = models.FloatField(default=0)
    ended_at = models.DateTimeField(null=True)
    wrapped_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)

    disposition = models.CharField(max_length=12, choices=Disposition, blank=True)
    ending = models.CharField(max_length=10, choices=Ending, blank=True)
    # Nothing was left to do when it ended; none until somebody said so.
    resolved = models.BooleanField(null=True)
    transferred_to = models.CharField(max_length=80, blank=True)
    notes = models.TextField(blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-arrived_at", "-id"], name="call_by_time"),
            models.Index(
                fields=["phone", "-arrived_at"], name="call_by_phone", condition=~Q(phone="")
            ),
            models.Index(
                fields=["taker", "-arrived_at"],
                name="call_by_taker",
                condition=Q(taker__isnull=False),
            ),
            # The few that are going on now, however many there were.
            models.Index(
                fields=["priority", "queued_at", "id"],
                name="call_waiting",
                condition=Q(
                    queued_at__isnull=False, answered_at__isnull=True, ended_at__isnull=True
                ),
            ),
            models.Index(
                fields=["taker", "id"],
                name="call_unfinished",
                condition=Q(taker__isnull=False, wrapped_at__isnull=True),
            ),
            models.Index(fields=["id"], name="call_going_on", condition=Q(ended_at__isnull=True)),
            models.Index(
                fields=["arrived_at"], name="call_to_erase", condition=Q(erased_at__isnull=True)
            ),
            models.Index(
                fields=["-ended_at", "-id"], name="call_missed", condition=Q(ending="left")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["switch", "switch_id"], name="call_once", condition=~Q(switch="")
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(phone="", name="", notes=""),
                name="erased_call_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(wrapped_at__isnull=True) | Q(ended_at__isnull=False),
                name="call_wrapped_up_after_its_end",
            ),
            models.CheckConstraint(
                condition=Q(disposition__in=["", *Disposition.values])
                & Q(ending__in=["", *Ending.values])
                & Q(medium__in=Medium.values),
                name="call_words_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_medium_display()} {self.pk}"

    @property
    def state(self) -> State:
        """Where it stands now."""
        if self.ended_at is not None:
            wrapping = self.answered_at is not None and self.wrapped_at is None
            return State.WRAPPING if wrapping else State.OVER
        if self.answered_at is not None:
            return State.TALKING if self.held_at is None else State.HELD
        if self.offered_at is not None:
            return State.RINGING
        return State.MENU if self.queued_at is None else State.WAITING

    def waited_seconds(self, at: datetime) -> float:
        """How long it has waited in the queue, or had until it was answered or ended."""
        if self.queued_at is None:
            return 0.0
        until = min(t for t in (self.answered_at, self.ended_at, at) if t is not None)
        return max((until - self.queued_at).total_seconds(), 0.0)

    def talk_seconds(self, at: datetime) -> float:
        """How long it was talked, with the caller's time on hold."""
        if self.answered_at is None:
            return 0.0
        return max(((self.ended_at or at) - self.answered_at).total_seconds(), 0.0)

    def wrap_up_seconds(self, at: datetime) -> float:
        """How long it took to finish after the caller had gone."""
        if self.ended_at is None or self.answered_at is None:
            return 0.0
        return max(((self.wrapped_at or at) - self.ended_at).total_seconds(), 0.0)


class Touch(models.Model):
    """What a conversation touched: a request, an article, an alert, somebody to turn to.

    ``request_id`` is the service request's for ``REQUEST`` kinds; ``code`` names anything else.
    """

    class Kind(models.TextChoices):
        MADE = "made", _("Request made")
        JOINED = "joined", _("Report added to a known request")
        FOLLOWED = "followed", _("Request followed up")
        ARTICLE = "article", _("Article read out")
        ALERT = "alert", _("Alert read out")
        DIRECTORY = "directory", _("Number given")
        CALL_BACK = "call_back", _("Call-back promised")

    id = models.BigAutoField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="touches")
    kind = models.CharField(max_length=10, choices=Kind)
    request_id = models.BigIntegerField(null=True)
    code = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["request_id"],
                name="touch_by_request",
                condition=Q(request_id__isnull=False),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "kind", "request_id", "code"],
                name="touched_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.request_id or self.code}"


class Pad(models.Model):
    """What a call-taker has typed in a conversation that is not saved yet.

    ``content`` is what stands in the fields, ``revision`` counts up with every keeping, so that
    what was sent earlier and comes later replaces nothing. It goes with the wrap-up.
    """

    call = models.OneToOneField(
        Call, primary_key=True, on_delete=models.CASCADE, related_name="pad"
    )
    content = models.JSONField(default=dict)
    revision = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Pad of call {self.pk}"


class CallBack(models.Model):
    """The city calls somebody back, instead of their waiting or at a time they chose.

    ``joined_at`` is since when they wait: they keep their place in the queue. ``wanted_at`` is not
    before when, for one at a chosen time. ``why`` is what it is about, for who calls.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        CALLING = "calling", _("Being called")
        DONE = "done", _("Reached")
        FAILED = "failed", _("Not reached")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.BigAutoField(primary_key=True)
    call = models.ForeignKey(Call, null=True, on_delete=models.SET_NULL, related_name="call_backs")
    phone = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=150, blank=True)
    language = models.CharField(max_length=10, blank=True)
    topic = models.CharField(max_length=40, blank=True)
    priority = models.PositiveSmallIntegerField(default=3)
    why = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    joined_at = models.DateTimeField()
    wanted_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    taker = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, db_index=False, related_name="call_backs"
    )
    ended_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["priority", "joined_at", "id"],
                name="call_back_open",
                condition=Q(state__in=["waiting", "calling"]),
            ),
            models.Index(fields=["phone"], name="call_back_by_phone", condition=~Q(phone="")),
            models.Index(
                fields=["ended_at"], name="call_back_ended", condition=Q(erased_at__isnull=True)
            ),
            models.Index(
                fields=["wanted_at"],
                name="call_back_wanted",
                condition=Q(wanted_at__isnull=False, state__in=["waiting", "calling"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(phone="", name="", why=""),
                name="erased_call_back_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"Call-back {self.pk}"


class Desk(models.Model):
    """A call-taker at work: what they do now, and which calls they can take.

    ``extension`` is their name at the telephone system. An empty list of languages or topics means
    all of them.
    """

    class State(models.TextChoices):
        OFF = "off", _("Signed off")
        READY = "ready", _("Ready")
        BUSY = "busy", _("With a caller")
        WRAPPING = "wrapping", _("Wrapping up")
        AWAY = "away", _("Away")

    taker = models.OneToOneField(
        User, primary_key=True, on_delete=models.PROTECT, related_name="desk"
    )
    state = models.CharField(max_length=10, choices=State, default=State.OFF)
    reason = models.CharField(max_length=40, blank=True)
    since = models.DateTimeField()
    extension = models.CharField(max_length=40, blank=True)
    languages = ArrayField(models.CharField(max_length=10), default=list)
    topics = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["extension"], name="extension_once", condition=~Q(extension="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.taker}: {self.get_state_display()}"


class DeskSpell(models.Model):
    """How long a call-taker was in one state; ``until`` is none for the present one."""

    id = models.BigAutoField(primary_key=True)
    taker = models.ForeignKey(
        User, on_delete=models.PROTECT, db_index=False, related_name="desk_spells"
    )
    state = models.CharField(max_length=10, choices=Desk.State)
    reason = models.CharField(max_length=40, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["since", "id"], name="desk_spell_by_time"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["taker"], name="one_present_desk_spell", condition=Q(until__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="desk_spell_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taker_id}: {self.state} since {self.since:%H:%M}"


# The other models of this room stand in the packages that they are for.
from citycall.calls.measures.models import HalfHour, Recount, Resolution  # noqa: E402, F401
from citycall.calls.pace.models import PaceSum  # noqa: E402, F401
from citycall.calls.quality.models import Criterion, Review, Sample  # noqa: E402, F401
from citycall.calls.shifts.models import PlannedShift  # noqa: E402, F401
from citycall.calls.storm_models import StormSpell  # noqa: E402, F401
from citycall.calls.switch.models import SwitchEvent  # noqa: E402, F401
