"""Services, areas and teams of a rule by their names."""

from django import template

from citycall.catalog.queries import UnknownService, catalog
from citycall.core.errors import NotFound
from citycall.core.phrases import said
from citycall.places.queries import areas

register = template.Library()


@register.filter
def service_named(code: str) -> str:
    """The service's name in the reader's language; the code where it is not known any more."""
    try:
        return said(catalog().service(code).name)
    except UnknownService:
        return code


@register.filter
def area_named(written: str) -> str:
    """The area's name; "layer/code" as it is written where there is no such area."""
    layer, _slash, code = written.partition("/")
    index = areas()
    found = index.find(layer, code) if layer in index.layers else None
    return said(found.name) if found is not None else written


@register.filter
def team_named(code: str) -> str:
    """The team's name in the reader's language; the code where it is not known any more."""
    try:
        return said(catalog().team_by_code(code).name)
    except NotFound:
        return code
