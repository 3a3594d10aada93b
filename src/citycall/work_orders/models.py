"""Crews, work orders and what they are about, what crews tell of them, and work that recurs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citycall.accounts.models import User
from citycall.agencies.models import Agency
from citycall.service_requests.models import ServiceRequest, Status


class Crew(models.Model):
    """People who go out together. ``minutes`` is how much work fits into one of their days.

    The day begins at ``begins``, at the start place, where their vehicle stands.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="crews")
    name = models.CharField(max_length=100)
    members = models.ManyToManyField(User, related_name="crews", blank=True)
    skills = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    vehicle = models.CharField(max_length=100, blank=True)
    place = models.CharField(max_length=300, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    begins = models.TimeField()
    minutes = models.PositiveSmallIntegerField(default=420)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "name"], name="crew_name_once"),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(-180, 180), latitude__range=(-85, 85)),
                name="crew_starts_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RecurringWork(models.Model):
    """Work that comes again: ``rule`` is a ``recurrence.Rule``, ``what`` the orders' fields.

    ``places`` are {place, longitude, latitude}; each date makes one order for each of them.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="recurring_work")
    crew = models.ForeignKey(Crew, null=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=150)
    rule = models.JSONField()
    what = models.JSONField(default=dict)
    places = models.JSONField(default=list)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.title


class Ending(models.TextChoices):
    """How an order ended."""

    DONE = "done", _("Done")
    NOT_FOUND = "not_found", _("Could not be found")
    CANCELLED = "cancelled", _("Cancelled")


class OrderState(models.TextChoices):
    """Where an order stands, as its times say."""

    OPEN = "open", _("Not planned")
    PLANNED = "planned", _("Planned")
    STARTED = "started", _("Under way")
    DONE = "done", _("Done")
    NOT_FOUND = "not_found", _("Could not be found")
    CANCELLED = "cancelled", _("Cancelled")


UNENDED = Q(ended_at__isnull=True)


class WorkOrder(models.Model):
    """What a crew does about one or several requests, or about none.

    Its state follows from its times. ``turn`` is its place among the crew's stops of the day.
    ``materials`` and ``used`` are [{name, amount, unit}], ``checklist`` [{code, text}], ``answers``
    {code: true or words}, ``signature`` {name, strokes}: strokes are lists of [x, y] of 0 to 1000.
    ``window_from`` to ``window_until`` is when somebody waits for the crew. Residents read of the
    plan where it is ``announced``.
    """

    id = models.BigAutoField(primary_key=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, db_index=False)
    title = models.CharField(max_length=150)
    crew = models.ForeignKey(
        Crew, null=True, on_delete=models.PROTECT, db_index=False, related_name="orders"
    )
    day = models.DateField(null=True)
    turn = models.PositiveSmallIntegerField(default=0)
    minutes = models.PositiveSmallIntegerField(default=30)

    place = models.CharField(max_length=300, blank=True)
    directions = models.TextField(blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    window_from = models.DateTimeField(null=True)
    window_until = models.DateTimeField(null=True)

    instructions = models.TextField(blank=True)
    skills = ArrayField(models.CharField(max_length=40), default=list)
    materials = models.JSONField(default=list)
    used = models.JSONField(default=list)
    checklist = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    signature_needed = models.BooleanField(default=False)
    signature = models.JSONField(null=True)
    announced = models.BooleanField(default=True)

    recurring = models.ForeignKey(
        RecurringWork, null=True, on_delete=models.PROTECT, db_index=False, related_name="orders"
    )
    due_on = models.DateField(null=True)
    spot = models.PositiveSmallIntegerField(null=True)

    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=10, choices=Ending, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    explanation = models.TextField(blank=True)

    requests = models.ManyToManyField(
        ServiceRequest, through="OrderRequest", related_name="work_orders"
    )
    firsts = models.ManyToManyField(
        "self", through="Dependency", symmetrical=False, related_name="laters"
    )

    class Meta:
        indexes = [
            models.Index(fields=["agency", "-made_at", "-id"], name="order_by_agency"),
            models.Index(
                fields=["crew", "day", "turn"],
                name="order_by_crew_day",
                condition=Q(crew__isnull=False),
            ),
            models.Index(
                fields=["agency", "-made_at", "-id"],
                name="order_unplanned",
                condition=Q(crew__isnull=True, ended_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(crew__isnull=True, day__isnull=True)
                | Q(crew__isnull=False, day__isnull=False),
                name="order_crew_and_day",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending="")
                | Q(ended_at__isnull=False, ending__in=Ending.values),
                name="order_ends_somehow",
            ),
            models.CheckConstraint(
                condition=Q(window_from__isnull=True, window_until__isnull=True)
                | Q(window_from__lt=F("window_until")),
                name="order_window_is_one",
            ),
            models.UniqueConstraint(
                fields=["recurring", "due_on", "spot"],
                name="order_recurs_once",
                condition=Q(recurring__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.title}"

    @property
    def state(self) -> OrderState:
        """Where it stands."""
        if self.ending:
            return OrderState(self.ending)
        if self.started_at is not None:
            return OrderState.STARTED
        return OrderState.PLANNED if self.crew_id is not None else OrderState.OPEN

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude, where they are known."""
        if self.longitude is None or self.latitude is None:
            return None
        return self.longitude, self.latitude


class OrderRequest(models.Model):
    """An order is about a request."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="links")
    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, related_name="order_links"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "service_request"], name="order_request_once")
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.service_request_id}"


class Dependency(models.Model):
    """An order that cannot start before another one is done."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="needs")
    first = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="needed_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "first"], name="order_needs_once"),
            models.CheckConstraint(condition=~Q(order=F("first")), name="order_needs_another"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} after {self.first_id}"


class Step(models.Model):
    """What a crew told of an order, once for each ``key``, at its own time; never changed.

    Only its words may be blackened, as those of events may.

    ``at`` is when they did it, ``received_at`` when the city heard of it. ``troubles`` are what
    could not be done as they meant it: [{code, number, sentence}]. ``looked_at`` is when a
    dispatcher has seen those.
    """

    class Kind(models.TextChoices):
        START = "start", _("Started")
        BEFORE = "before", _("Photo before the work")
        AFTER = "after", _("Photo after the work")
        FINISH = "finish", _("Done")
        NOT_FOUND = "not_found", _("Could not find it")
        CALL = "call", _("Asked the call centre to call")

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=64, unique=True)
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    words = models.TextField(blank=True)
    troubles = models.JSONField(default=list)
    looked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["-received_at", "-id"],
                name="step_to_look_at",
                condition=Q(looked_at__isnull=True) & ~Q(troubles=[]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.order_id}"


class OrderPhoto(models.Model):
    """A photo that a crew took; it is with the requests too, where there are any."""

    id = models.BigAutoField(primary_key=True)
    step = models.OneToOneField(Step, on_delete=models.PROTECT, related_name="photo")
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="photos")
    file = models.CharField(max_length=100, db_index=True)
    thumbnail = models.CharField(max_length=100, db_index=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.file


# Requests that still have work to do: an order of another one is looked at.
ENDED_STATUSES = frozenset(
    {Status.COMPLETED, Status.CLOSED, Status.CANCELLED, Status.REFERRED, Status.MERGED}
)
