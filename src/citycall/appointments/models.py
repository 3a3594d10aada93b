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
    ``turn`` counts the appointments of one ``address`` (a digest) in a ``year``, where the
    service limits them. ``holder`` is who holds a seat that is not booked yet.
    """

    class State(models.TextChoices):
        HELD = "held", _("Held")
        BOOKED = "booked", _("Booked")
        CANCELLED = "cancelled", _("Cancelled")
        PASSED = "passed", _("Over")

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
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "route", "day", "seat"],
                name="appointment_seat_once",
                condition=Q(state__in=["held", "booked"]),
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
                    state__in=["booked", "cancelled", "passed"],
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
