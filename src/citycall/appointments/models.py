"""Appointments: each takes one numbered seat of a route's date, and no seat is taken twice."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citycall.catalog.models import Service
from citycall.service_requests.models import ServiceRequest


class Appointment(models.Model):
    """A seat on a date: held for somebody who is deciding, booked for a request, or given back.

    A booked one whose date is over while its request is not becomes ``passed`` when another date
    is booked.

    ``route`` is the area ("layer/code") whose dates these are, empty for the rest of the city.
    ``seat`` counts from 1 to ``capacity``, which is that of the route when the seat was taken;
    the database lets a seat be taken once, so that a date never has more than its capacity.
    Where ``crew`` names whose seat it is, it is one of theirs on whatever route they drive.
    ``turn`` counts the appointments of one ``address`` (a digest) in a ``year``, where the
    service limits them. ``holder`` is who holds a seat that is not booked yet.
    """

    class State(models.TextChoices):
        HELD = "held", _("Held")
        BOOKED = "booked", _("Booked")
        CANCELLED = "cancelled", _("Cancelled")
        PASSED = "passed", _("Over")
        MISSED = "missed", _("Nobody came")

    id = models.BigAutoField(primary_key=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, db_index=False)
    service_request = models.ForeignKey(
        ServiceRequest,
        null=True,
        on_delete=models.PROTECT,
        related_name="appointments",
        db_index=False,
    )
    state = models.CharField(max_length=10, choices=State)
    route = models.CharField(max_length=150, blank=True)
    crew = models.CharField(max_length=40, blank=True, default="", db_default="")
    day = models.DateField()
    seat = models.PositiveSmallIntegerField()
    capacity = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    holder = models.CharField(max_length=64, blank=True)
    held_until = models.DateTimeField(null=True)
    address = models.CharField(max_length=64, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    turn = models.PositiveSmallIntegerField(null=True)
    items = models.PositiveSmallIntegerField(default=1)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    moves = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["day", "id"], name="appointment_by_day", condition=Q(state="booked")
            ),
            models.Index(
                fields=["day"],
                name="appointment_to_remind",
                condition=Q(state="booked", reminded_at__isnull=True),
            ),
            models.Index(
                fields=["held_until"], name="appointment_holds", condition=Q(state="held")
            ),
            models.Index(
                fields=["service_request", "ends_at"],
                name="appointment_of_request",
                condition=Q(service_request__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "route", "day", "seat"],
                name="appointment_seat_once",
                condition=Q(state__in=["held", "booked"], crew=""),
            ),
            models.UniqueConstraint(
                fields=["service", "crew", "day", "seat"],
                name="appointment_crew_seat_once",
                condition=Q(state__in=["held", "booked"]) & ~Q(crew=""),
            ),
            models.CheckConstraint(
                condition=Q(seat__gte=1, seat__lte=F("capacity")), name="appointment_seat_exists"
            ),
            models.UniqueConstraint(
                fields=["service_request"],
                name="appointment_one_each",
                condition=Q(state="booked"),
            ),
            models.UniqueConstraint(
                fields=["holder"], name="appointment_one_hold", condition=Q(state="held")
            ),
            models.UniqueConstraint(
                fields=["service", "address", "year", "turn"],
                name="appointment_turn_once",
                condition=Q(state__in=["booked", "passed"], turn__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(
                    state="held",
                    held_until__isnull=False,
                    service_request__isnull=True,
                )
                | Q(
                    state__in=["booked", "cancelled", "passed", "missed"],
                    held_until__isnull=True,
                    service_request__isnull=False,
                    holder="",
                ),
                name="appointment_held_or_of_a_request",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="appointment_takes_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} on {self.day}: {self.state}"


class TakenUnit(models.Model):
    """One unit of a material that a date has only so many of, taken by an appointment.

    ``unit`` counts from 1 to ``most``, and the database lets each be taken once; the rows go with
    the seat. ``pool`` is the crew, or the route where there are none.
    """

    id = models.BigAutoField(primary_key=True)
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="units")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, db_index=False)
    pool = models.CharField(max_length=150)
    day = models.DateField()
    material = models.CharField(max_length=40)
    unit = models.PositiveSmallIntegerField()
    most = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "day", "pool", "material", "unit"],
                name="appointment_unit_once",
            ),
            models.CheckConstraint(
                condition=Q(unit__gte=1, unit__lte=F("most")), name="appointment_unit_exists"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.material} {self.unit} of {self.most} on {self.day}"


class CalledOff(models.Model):
    """A day on which nobody comes although one was offered: for weather, or a broken truck.

    ``route`` is "*" for every one; ``crew`` is empty for all. ``instead`` is the day on which
    they come for it. ``settled_at`` is when everybody booked had been given another date.
    """

    id = models.BigAutoField(primary_key=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, db_index=False)
    day = models.DateField()
    route = models.CharField(max_length=150, blank=True)
    crew = models.CharField(max_length=40, blank=True)
    instead = models.DateField(null=True)
    reason = models.CharField(max_length=300)
    asks = models.BooleanField(default=False)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=150, blank=True)
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    moved = models.PositiveIntegerField(default=0)
    asked = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "day", "route", "crew"],
                name="called_off_once",
                condition=Q(undone_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(instead__isnull=True) | ~Q(instead=F("day")), name="called_off_instead"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} called off on {self.day}"


class Waiting(models.Model):
    """A request that waits for a date which comes free.

    Those whose date the city called off (``first``) come before the others, and among each the
    first come. While a seat is kept for it, ``seat`` is the hold and ``kept_until`` its end.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        OFFERED = "offered", _("A date is kept")
        BOOKED = "booked", _("Booked")
        LEFT = "left", _("Left the list")
        LAPSED = "lapsed", _("Not taken in time")

    id = models.BigAutoField(primary_key=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, db_index=False)
    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, related_name="waitings"
    )
    route = models.CharField(max_length=150, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    first = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    seat = models.OneToOneField(
        Appointment, null=True, on_delete=models.SET_NULL, related_name="waiting"
    )
    kept_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["service", "route", "-first", "asked_at", "id"],
                name="waiting_in_order",
                condition=Q(state="waiting"),
            ),
            models.Index(fields=["kept_until"], name="waiting_kept", condition=Q(state="offered")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["service_request"],
                name="waiting_one_each",
                condition=Q(state__in=["waiting", "offered"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_request} waits since {self.asked_at}"


class Missed(models.Model):
    """A date on which nobody came, as its reporter says; counted by route and crew.

    ``promised_at`` is by when the crew is promised anew.
    """

    id = models.BigAutoField(primary_key=True)
    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="missed")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, db_index=False)
    route = models.CharField(max_length=150, blank=True)
    crew = models.CharField(max_length=40, blank=True)
    day = models.DateField()
    told_at = models.DateTimeField()
    promised_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["day", "service"], name="missed_by_day")]

    def __str__(self) -> str:
        return f"{self.appointment}: nobody came"
