"""The service request (the problem), its reports (who told us), and its attachments."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citycall.accounts.models import User
from citycall.agencies.models import Agency, Team
from citycall.catalog.models import Outcome, Service
from citycall.contacts.models import Contact
from citycall.core import numbers
from citycall.core.fields import PointField
from citycall.places.models import LocationKind


class Status(models.TextChoices):
    """Where a request stands; ``rules.TRANSITIONS`` says which step leads where."""

    NEW = "new", _("New")
    ASSIGNED = "assigned", _("Assigned")
    IN_PROGRESS = "in_progress", _("In progress")
    ON_HOLD = "on_hold", _("On hold")
    COMPLETED = "completed", _("Completed, awaiting confirmation")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")
    REFERRED = "referred", _("Referred to another body")
    MERGED = "merged", _("Merged into another request")


OPEN_STATUSES = (Status.NEW, Status.ASSIGNED, Status.IN_PROGRESS, Status.ON_HOLD)
OPEN = Q(status__in=[s.value for s in OPEN_STATUSES])


class Channel(models.TextChoices):
    """The door a report came through."""

    PHONE = "phone", _("Phone")
    WEB = "web", _("Web")
    APP = "app", _("App")
    API = "api", _("API")
    OPEN311 = "open311", _("Open311")
    TEXT = "text", _("Text message")
    EMAIL = "email", _("E-mail")
    MAIL = "mail", _("Letter")
    SOCIAL = "social", _("Social media")
    CHAT = "chat", _("Chat")
    VISIT = "visit", _("Visit")
    STAFF = "staff", _("Staff")
    COUNCIL = "council", _("Council office")
    SYSTEM = "system", _("System")


class Verification(models.TextChoices):
    """What is known of whether it was really done."""

    NONE = "", _("Not asked yet")
    ASKED = "asked", _("Waiting for the reporter")
    CONFIRMED = "confirmed", _("Confirmed by a reporter")
    UNDISPUTED = "undisputed", _("Nobody objected in time")
    DISPUTED = "disputed", _("Disputed by a reporter")


class ServiceRequest(models.Model):
    """One problem at one place. Every report of it has its own confirmation number.

    ``promised_at`` is the date first told to the reporter and never changes; ``due_at`` is the
    clock's present date, moved by pauses. ``areas`` are the ids of the areas that hold the point.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.BigIntegerField()
    service = models.ForeignKey(Service, on_delete=models.PROTECT, db_index=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, db_index=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, db_index=False)
    assignee = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, db_index=False, related_name="assigned_requests"
    )
    rule_id = models.BigIntegerField(null=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.NEW)
    status_before_merge = models.CharField(max_length=12, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, db_index=False, related_name="children"
    )
    priority = models.PositiveSmallIntegerField(default=3)
    report_count = models.PositiveIntegerField(default=1)

    requested_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    promised_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    verify_until = models.DateTimeField(null=True)

    hold_reason = models.CharField(max_length=40, blank=True)
    outcome = models.ForeignKey(Outcome, null=True, on_delete=models.PROTECT, db_index=False)
    explanation = models.TextField(blank=True)
    referred_to = models.TextField(blank=True)
    verification = models.CharField(max_length=10, choices=Verification, blank=True, default="")
    reopened_count = models.PositiveSmallIntegerField(default=0)

    # Staff's own words to find it again by; short, lower case, for staff only.
    tags = ArrayField(models.CharField(max_length=40), default=list, db_default=[])
    # How often a team has sent it back as not theirs, and since when it waits to be sorted anew.
    returned_count = models.PositiveSmallIntegerField(default=0, db_default=0)
    returned_at = models.DateTimeField(null=True)

    location_kind = models.CharField(max_length=12, choices=LocationKind)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    place = models.CharField(max_length=300, blank=True)
    directions = models.TextField(blank=True)
    accuracy_m = models.FloatField(null=True)
    areas = ArrayField(models.IntegerField(), default=list)
    # Web Mercator metres, computed by the database: conformal, so that nearest is nearest.
    mercator = models.GeneratedField(
        expression=models.Func(
            F("longitude"), F("latitude"), function="citycall_mercator", output_field=PointField()
        ),
        output_field=PointField(null=True),
        db_persist=True,
    )

    # The hexagon that holds the point (see ``cells``); null where there is none.
    h3_cell = models.BigIntegerField(null=True)

    source = models.CharField(max_length=40, blank=True)
    source_id = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-requested_at", "-id"], name="sr_by_time"),
            models.Index(fields=["agency", "-requested_at", "-id"], name="sr_by_agency"),
            models.Index(fields=["service", "-requested_at", "-id"], name="sr_by_service"),
            models.Index(fields=["-updated_at", "-id"], name="sr_by_update"),
            models.Index(fields=["team", "due_at", "id"], name="sr_open_by_team", condition=OPEN),
            models.Index(
                fields=["team", "due_at", "id"],
                name="sr_disputed_by_team",
                condition=OPEN & Q(verification="disputed"),
            ),
            models.Index(
                fields=["assignee", "due_at", "id"],
                name="sr_open_by_assignee",
                condition=OPEN & Q(assignee__isnull=False),
            ),
            # All that open work is narrowed and sorted by, so that its rows are not read for it.
            models.Index(
                fields=["due_at", "id"],
                include=[
                    *("agency", "team", "service", "assignee", "status", "priority"),
                    *("report_count", "requested_at", "paused_at", "returned_at"),
                    *("verification", "updated_at", "mercator", "areas"),
                ],
                name="sr_open_work",
                condition=OPEN,
            ),
            models.Index(
                fields=["due_at", "id"],
                name="sr_returned",
                condition=OPEN & Q(returned_at__isnull=False),
            ),
            GinIndex(fields=["tags"], name="sr_tagged", condition=~Q(tags=[])),
            models.Index(fields=["merged_into"], name="sr_children", condition=Q(status="merged")),
            models.Index(
                fields=["verify_until"], name="sr_to_verify", condition=Q(status="completed")
            ),
            GistIndex(
                OpClass("service_id", name="gist_int8_ops"),
                OpClass("mercator", name="point_ops"),
                name="sr_open_nearest",
                condition=OPEN,
            ),
            models.Index(
                fields=["h3_cell", "requested_at", "service"],
                name="sr_by_cell",
                condition=Q(h3_cell__isnull=False),
            ),
            models.Index(fields=["h3_cell", "service"], name="sr_open_by_cell", condition=OPEN),
            models.Index(
                fields=["returned_at", "id"],
                name="sr_to_sort",
                condition=OPEN & Q(returned_at__isnull=False),
            ),
            models.Index(
                fields=["id"],
                name="sr_without_cell",
                condition=Q(h3_cell__isnull=True, longitude__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"],
                name="sr_source_once",
                condition=~Q(source=""),
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="sr_status_known"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) ^ Q(status="merged"),
                name="sr_merged_has_parent",
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(-180, 180), latitude__range=(-85, 85)),
                name="sr_point_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return numbers.show(self.number)


class ReturnReason(models.Model):
    """Why a team may send work back: one of the city's own, or a usual one told otherwise.

    Offered for every service, or only for those of an agency, or for one service. ``needs_words``
    asks for an explanation. See ``returning``, which has the usual ones.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    needs_words = models.BooleanField(default=False)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT)
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.PROTECT)
    retired = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Report(models.Model):
    """One person telling the city once. Its number leads to the request for ever.

    ``idempotency_key`` makes a repeated submission find this report instead of making another.
    ``language`` is that of the page or call, ``written_in`` what the words were recognised to be:
    empty where nobody can say, and erased with the words.
    """

    id = models.BigAutoField(primary_key=True)
    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, related_name="reports"
    )
    number = models.BigIntegerField(unique=True)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, db_index=False)
    channel = models.CharField(max_length=10, choices=Channel)
    words = models.TextField(blank=True)
    wanted = models.TextField(blank=True)
    answers = models.JSONField(default=dict)
    language = models.CharField(max_length=10, default="en")
    written_in = models.CharField(max_length=10, blank=True, default="", db_default="")
    reported_at = models.DateTimeField()
    idempotency_key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001

    class Meta:
        indexes = [
            models.Index(
                fields=["contact"], name="report_by_contact", condition=Q(contact__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return numbers.show(self.number)


class Attachment(models.Model):
    """A photo, re-encoded and without its metadata; ``file`` is a name below the uploads folder.

    ``looks`` are its bits (``photo_looks``): none before they were made, 0 where they say nothing.

    Whoever makes one ``public`` moves the ``updated_at`` of its request too: other systems ask by
    it whether there is anything new.
    """

    class Stage(models.TextChoices):
        REPORT = "report"
        BEFORE = "before"
        AFTER = "after"

    id = models.BigAutoField(primary_key=True)
    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, related_name="attachments"
    )
    report = models.ForeignKey(
        Report, null=True, on_delete=models.PROTECT, related_name="attachments"
    )
    stage = models.CharField(max_length=10, choices=Stage)
    file = models.CharField(max_length=100)
    thumbnail = models.CharField(max_length=100)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    public = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    looks = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="photo_without_looks", condition=Q(looks__isnull=True))
        ]

    def __str__(self) -> str:
        return self.file


class CommentLanguage(models.Model):
    """What the words of an event that came from a reporter were recognised to be written in.

    Events are never changed, so it stands beside them; it goes when their words are erased.
    """

    event_id = models.BigIntegerField(primary_key=True)
    written_in = models.CharField(max_length=10)

    def __str__(self) -> str:
        return f"Event {self.event_id}: {self.written_in}"


class CellChange(models.Model):
    """What one change of a request adds to the counts; written by the database itself.

    ``received`` and ``open`` are 1, 0 or -1. ``cell_counts.fold`` takes the rows away.
    """

    id = models.BigAutoField(primary_key=True)
    cell = models.BigIntegerField()
    service_id = models.BigIntegerField()
    requested_at = models.DateTimeField()
    received = models.SmallIntegerField()
    open = models.SmallIntegerField()

    def __str__(self) -> str:
        return f"{self.cell:x}: {self.received:+d}, {self.open:+d} open"


class CellCount(models.Model):
    """How many requests of a service (0: of all) a hexagon has had in a period.

    ``period`` is 0 for those open now, or the city's month (202611) or day (20261122) in which
    they were received; days are kept for some weeks.
    """

    pk = models.CompositePrimaryKey("resolution", "service_id", "cell", "period")
    resolution = models.SmallIntegerField()
    service_id = models.BigIntegerField()
    cell = models.BigIntegerField()
    period = models.IntegerField()
    count = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["period"], name="cell_count_days", condition=Q(period__gte=10_000_000)
            )
        ]

    def __str__(self) -> str:
        return f"{self.cell:x}, {self.period}: {self.count}"


from citycall.service_requests.views_models import (  # noqa: E402
    FirstView,  # noqa: F401
    OpenWords,  # noqa: F401
    SavedView,  # noqa: F401
)
