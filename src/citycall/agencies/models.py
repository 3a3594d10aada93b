"""Who does the city's work, and when they are at work."""

from django.db import models


class WorkingCalendar(models.Model):
    """The hours that count for business-time targets: ``definition`` is a ``CalendarSpec``."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    active = models.BooleanField(default=True)
    definition = models.JSONField()

    def __str__(self) -> str:
        return self.name


class Agency(models.Model):
    """A body of the city (or a utility) that is responsible for services."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    website = models.URLField(blank=True)
    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.PROTECT)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "agencies"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """The people of an agency who receive work together."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="teams")
    email = models.EmailField(blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
