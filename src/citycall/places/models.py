"""Area layers and named places, as loaded from the city's own files."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class LocationKind(models.TextChoices):
    """What sort of place a report points at; an address is never demanded."""

    ADDRESS = "address", "Street address"
    INTERSECTION = "intersection", "Street corner"
    LANDMARK = "landmark", "Landmark, park or place within it"
    SEGMENT = "segment", "Stretch of street"
    POINT = "point", "Point on the map"
    AREA = "area", "Area"
    WORDS = "words", "Described in words"


class AreaLayer(models.Model):
    """A set of areas: ``boundary`` (the city itself), ``partition``, or ``neighbor`` bodies."""

    class Kind(models.TextChoices):
        BOUNDARY = "boundary"
        PARTITION = "partition"
        NEIGHBOR = "neighbor"

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind)

    def __str__(self) -> str:
        return self.name


class Area(models.Model):
    """One area of a layer; ``shape`` is WKB in EPSG:4326 (longitude, latitude)."""

    layer = models.ForeignKey(AreaLayer, on_delete=models.CASCADE, related_name="areas")
    code = models.CharField(max_length=100)
    name = models.CharField(max_length=150)
    shape = models.BinaryField()
    properties = models.JSONField(default=dict)
    retired = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["layer", "code"], name="area_code_once")]

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """A place that people name: park, field within it, landmark, stop, pole.

    ``search`` is the lower-case text of name, parent and aliases that words are compared with.
    """

    kind = models.CharField(max_length=20)
    code = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=150)
    parent = models.CharField(max_length=150, blank=True)
    aliases = models.JSONField(default=list)
    search = models.TextField()
    longitude = models.FloatField()
    latitude = models.FloatField()

    class Meta:
        indexes = [GinIndex(fields=["search"], opclasses=["gin_trgm_ops"], name="place_by_words")]

    def __str__(self) -> str:
        return f"{self.name}, {self.parent}" if self.parent else self.name
