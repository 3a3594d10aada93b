"""What a text names: agencies, services, calendars, areas, articles. All must be known."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citycall.agencies.models import Agency, WorkingCalendar
from citycall.catalog.models import Service
from citycall.knowledge.collections import CollectionSpec
from citycall.knowledge.models import Article, Collection, DirectoryEntry
from citycall.knowledge.specs import AlertSpec
from citycall.places.models import Area

_AGENCY = _("There is no agency with this code.")
_SERVICE = _("There is no service with this code.")
_CALENDAR = _("There is no calendar with this code.")
_ARTICLE = _("There is no article with this code.")
_COLLECTION = _("There is no collection with this code.")
_ENTRY = _("There is no directory entry with this code.")
_AREA = _("There is no area with this name. An area is written as “layer/code”.")

# Fields of any spec here that hold one code, and those that hold several.
_ONE: Final[Mapping[str, tuple[type[Model], Promise]]] = {
    "agency": (Agency, _AGENCY),
    "calendar": (WorkingCalendar, _CALENDAR),
    "service": (Service, _SERVICE),
    "article": (Article, _ARTICLE),
    "after_hours_entry": (DirectoryEntry, _ENTRY),
}
_SEVERAL: Final[Mapping[str, tuple[type[Model], Promise]]] = {
    "services": (Service, _SERVICE),
    "articles": (Article, _ARTICLE),
}


def unknown_in(spec: Any) -> dict[str, str]:
    """Each name in a spec that is not known, by its field, with a sentence."""
    return {field: str(sentence) for field, sentence in _unknown(spec)}


def _unknown(spec: Any) -> Iterator[tuple[str, Promise]]:
    for field, (model, sentence) in _ONE.items():
        code = getattr(spec, field, None)
        if code and not _known(model, [code]):
            yield field, sentence
    for field, (model, sentence) in _SEVERAL.items():
        yield from _missing(field, getattr(spec, field, ()), model, sentence)
    if isinstance(spec, AlertSpec):
        yield from _missing_areas("areas", spec.areas)
    if isinstance(spec, CollectionSpec):
        for number, turn in enumerate(spec.rounds):
            areas = [f"{spec.layer}/{area}" for area in turn.areas]
            yield from _missing_areas(f"rounds.{number}.areas", areas)
    yield from _missing_collections(getattr(spec, "changes", ()))


def _known(model: type[Model], codes: Sequence[str]) -> set[str]:
    rows = model._default_manager.filter(code__in=codes)
    return set(rows.values_list("code", flat=True))


def _missing(
    field: str, codes: Sequence[str], model: type[Model], sentence: Promise
) -> Iterator[tuple[str, Promise]]:
    known = _known(model, codes) if codes else set()
    for number, code in enumerate(codes):
        if code not in known:
            yield f"{field}.{number}", sentence


def _missing_areas(field: str, names: Sequence[str]) -> Iterator[tuple[str, Promise]]:
    if not names:
        return
    layers = {name.partition("/")[0] for name in names}
    rows = Area.objects.filter(layer__code__in=layers, retired=False)
    known = {f"{layer}/{code}" for layer, code in rows.values_list("layer__code", "code")}
    for number, name in enumerate(names):
        if name not in known:
            yield f"{field}.{number}", _AREA


def _missing_collections(changes: Sequence[Any]) -> Iterator[tuple[str, Promise]]:
    named = [change.collection for change in changes if change.collection]
    known = _known(Collection, named) if named else set()
    for number, change in enumerate(changes):
        if change.collection and change.collection not in known:
            yield f"changes.{number}.collection", _COLLECTION
