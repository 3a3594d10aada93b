"""People and programs that sign in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from citycall.agencies.models import Agency, Team


class Role(models.TextChoices):
    """What a person does for the city; policies are written in these."""

    CALL_TAKER = "call_taker", _("Call-taker")
    SUPERVISOR = "supervisor", _("Call-centre supervisor")
    DISPATCHER = "dispatcher", _("Dispatcher")
    CREW = "crew", _("Crew")
    AGENCY_MANAGER = "agency_manager", _("Agency manager")
    ANALYST = "analyst", _("Analyst")
    ADMINISTRATOR = "administrator", _("Administrator")
    COUNCIL = "council", _("Council office")


class User(AbstractUser):
    """A person with an account: staff hold memberships, a resident holds none."""

    language = models.CharField(max_length=10, default="en")

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Membership(models.Model):
    """One role of one person, at one agency (and team), or city-wide where agency is empty.

    A council office's holds for an ``area`` ("layer/code"), its district, and for no agency.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT)
    area = models.CharField(max_length=150, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "agency", "team", "area"],
                name="membership_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(area="") ^ models.Q(role="council", agency__isnull=True),
                name="membership_area_of_a_council",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class ApiKey(models.Model):
    """A program's key: only the SHA-256 of its secret is kept.

    Its scopes hold for one agency's work, or city-wide where ``agency`` is empty. ``per_minute``
    is how many calls it may make; none means the usual number.
    """

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.BinaryField(max_length=32, unique=True)
    scopes = models.JSONField(default=list)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT)
    per_minute = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
