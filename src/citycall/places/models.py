"""Area layers and named places, as loaded from the city's own files."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class LocationKind(models.TextChoices):
    """What sort of place a report points at; an address is never demanded."""

    ADDRESS = "address", _("Street address")
    INTERSECTION = "intersection", _("Street corner")
    LANDMARK = "landmark", _("Landmark, park or place within it")
    ASSET = "asset", _("Pole, stop or other thing with a number on it")
    SEGMENT = "segment", _("Stretch of street")
    POINT = "point", _("Point on the map")
    AREA = "area", _("Area")
    WORDS = "words", _("Described in words")


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

    ``layer`` is the gazetteer layer that it came from; ``parent`` what it lies in (the park of a
    field); ``aliases`` what else people call it, in any language, former names included;
    ``names`` its own name in other languages by their codes. The point is where to send a crew;
    ``shape`` is WKB in EPSG:4326 where the place is more than a point. ``accuracy_m`` is the
    radius in metres within which the point is right. ``search`` is the lower-case text of name,
    parent and aliases that words are compared with.
    """

    kind = models.CharField(max_length=20)
    code = models.CharField(max_length=100, unique=True)
    layer = models.CharField(max_length=40, blank=True, default="")
    name = models.CharField(max_length=150)
    parent = models.CharField(max_length=150, blank=True)
    aliases = models.JSONField(default=list)
    names = models.JSONField(default=dict)
    address = models.CharField(max_length=200, blank=True, default="")
    search = models.TextField()
    longitude = models.FloatField()
    latitude = models.FloatField()
    accuracy_m = models.FloatField(default=0.0)
    shape = models.BinaryField(null=True)

    class Meta:
        indexes = [GinIndex(fields=["search"], opclasses=["gin_trgm_ops"], name="place_by_words")]

    def __str__(self) -> str:
        return f"{self.name}, {self.parent}" if self.parent else self.name


class Block(models.Model):
    """A stretch of one street between two corners, with the house numbers on either side.

    ``shape`` is a WKB LineString in EPSG:4326; left and right are meant in its direction, and a
    side's numbers run from ``_from`` at its start to ``_to`` at its end (none: no houses there).
    ``name`` is the street's name in standard form: ``N Charles St``.
    """

    class RoadClass(models.TextChoices):
        STREET = "street"
        ALLEY = "alley"
        HIGHWAY = "highway"
        RAMP = "ramp"
        TUNNEL = "tunnel"
        PATH = "path"

    code = models.CharField(max_length=100, unique=True)
    layer = models.CharField(max_length=40)
    name = models.CharField(max_length=150)
    other_names = models.JSONField(default=list)
    road_class = models.CharField(max_length=10, choices=RoadClass, default=RoadClass.STREET)
    left_from = models.IntegerField(null=True)
    left_to = models.IntegerField(null=True)
    right_from = models.IntegerField(null=True)
    right_to = models.IntegerField(null=True)
    zip_left = models.CharField(max_length=10, blank=True)
    zip_right = models.CharField(max_length=10, blank=True)
    shape = models.BinaryField()

    def __str__(self) -> str:
        return self.name


class AddressPoint(models.Model):
    """One house with its number and where it stands (WGS 84 degrees)."""

    code = models.CharField(max_length=100, unique=True)
    layer = models.CharField(max_length=40)
    number = models.IntegerField()
    street = models.CharField(max_length=150)
    zip_code = models.CharField(max_length=10, blank=True)
    longitude = models.FloatField()
    latitude = models.FloatField()

    def __str__(self) -> str:
        return f"{self.number} {self.street}"


class Corner(models.Model):
    """Where streets meet: ``streets`` are their names in standard form, two or more.

    Found in the network of blocks, or listed by the city; ``layer`` says which.
    """

    code = models.CharField(max_length=100, unique=True)
    layer = models.CharField(max_length=40)
    streets = models.JSONField()
    longitude = models.FloatField()
    latitude = models.FloatField()

    def __str__(self) -> str:
        return " & ".join(self.streets)
