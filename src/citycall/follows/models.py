"""What somebody follows, and what is new there for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from citycall.contacts.models import Contact


class Often(models.TextChoices):
    """When somebody wishes to be told."""

    AT_ONCE = "at_once", _("As it comes, at most every half hour")
    DAILY = "daily", _("Once a day, in the morning")


class Follow(models.Model):
    """One wish to be told of new requests: of a service, or around a place.

    ``service_id`` is none for all services, or those of ``group`` where one is named. The place is
    a point with its circle, whose box is kept too; none of them for the whole city. Until
    ``confirmed_at`` nothing but the question is sent. ``queued_at`` is when a message was last
    owed that is not sent yet.
    """

    id = models.BigAutoField(primary_key=True)
    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="follow")
    service_id = models.BigIntegerField(null=True)
    group = models.CharField(max_length=100, blank=True)
    place = models.CharField(max_length=300, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    within_m = models.PositiveIntegerField(null=True)
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)
    often = models.CharField(max_length=10, choices=Often, default=Often.DAILY)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    queued_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["asked_at"], name="follow_by_time"),
            models.Index(fields=["service_id"], name="follow_by_service"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(service_id__isnull=False)
                | models.Q(
                    longitude__isnull=False,
                    latitude__isnull=False,
                    within_m__isnull=False,
                    west__isnull=False,
                    south__isnull=False,
                    east__isnull=False,
                    north__isnull=False,
                ),
                name="follow_is_of_something",
            ),
        ]

    def __str__(self) -> str:
        return f"Follow {self.pk}"


class News(models.Model):
    """A new request that a follower has not been told of yet."""

    id = models.BigAutoField(primary_key=True)
    follow = models.ForeignKey(Follow, on_delete=models.CASCADE, related_name="news")
    request_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["follow", "request_id"], name="news_once_a_follow")
        ]

    def __str__(self) -> str:
        return f"Request {self.request_id} for follow {self.follow_id}"
