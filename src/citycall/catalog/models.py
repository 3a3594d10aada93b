"""Services and outcomes; a service's questions and target live in its definition."""

from django.db import models

from citycall.agencies.models import Agency, Team


class Outcome(models.Model):
    """Why a request was closed; ``fixed`` says whether the problem is gone."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    explanation = models.TextField(blank=True)
    fixed = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """One kind of request that residents can make.

    The columns that other tables and lists need are repeated from ``definition``, which is the
    whole ``ServiceSpec`` and the only thing that is edited, so that a revision is one document.
    """

    code = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=150)
    group = models.CharField(max_length=100)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="services")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="services")
    active = models.BooleanField(default=True)
    definition = models.JSONField()

    class Meta:
        ordering = ["group", "name"]

    def __str__(self) -> str:
        return self.name
