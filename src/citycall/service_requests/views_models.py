"""Kept questions to the list of work, and the words that it is searched for."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from citycall.accounts.models import User
from citycall.agencies.models import Agency


class SavedView(models.Model):
    """A question to the list of work that somebody named: ``query`` is its address's question.

    With an agency it is everybody's there; without, its owner's alone, and whoever has the link
    asks the same with their own eyes. ``removed_at`` leaves time to take a removal back.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=60)
    query = models.TextField()
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["agency"],
                name="view_shared",
                condition=Q(agency__isnull=False, removed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.name


class FirstView(models.Model):
    """The view that a person's list begins with."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="+")
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.user}: {self.view}"


class OpenWords(models.Model):
    """What an open request is found by, a row for each report; see ``open_words``."""

    report_id = models.BigIntegerField(primary_key=True)
    request_id = models.BigIntegerField()
    words = SearchVectorField()

    class Meta:
        indexes = [
            models.Index(fields=["request_id"], name="open_words_request"),
            GinIndex(fields=["words"], name="open_words_words"),
        ]

    def __str__(self) -> str:
        return f"Report {self.report_id}"
