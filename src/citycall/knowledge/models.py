"""Articles: what a resident wants to know, in plain words."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models


class Article(models.Model):
    """One answer: ``body`` is Markdown, ``services`` are codes of services that it belongs to.

    ``searchable`` is title, question, keywords and body in one, for the search alone.
    ``checked_on`` is when somebody last made sure that it is still true.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=80, unique=True)
    language = models.CharField(max_length=10, default="en")
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    body = models.TextField()
    keywords = ArrayField(models.CharField(max_length=60), default=list)
    services = ArrayField(models.CharField(max_length=80), default=list)
    agency_code = models.CharField(max_length=40, blank=True)
    checked_on = models.DateField()
    published = models.BooleanField(default=True)
    updated_at = models.DateTimeField()
    searchable = models.TextField()

    class Meta:
        indexes = [
            GinIndex(
                OpClass("searchable", name="gin_trgm_ops"),
                name="article_by_letters",
            )
        ]

    def __str__(self) -> str:
        return self.title
