"""Whether what a webhook is asked to be makes sense, said field by field."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from citycall.catalog.queries import catalog
from citycall.catalog.snapshot import UnknownService
from citycall.catalog.specs import Privacy
from citycall.core.actors import Actor
from citycall.core.errors import Faults
from citycall.core.reaching import check_address
from citycall.exchange.webhooks import orders
from citycall.exchange.webhooks.payload import KINDS
from citycall.places.queries import areas as area_index

LONGEST_NAME = 100
# Narrower wishes than this are told from wider ones by whoever receives.
MOST_CHOSEN = 500

Area = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a webhook is, as the row keeps it: services and areas by their ids."""

    name: str
    url: str
    kinds: list[str]
    services: list[int]
    areas: list[int]


def terms(
    *,
    name: str,
    url: str,
    kinds: Collection[str],
    services: Collection[str],
    areas: Collection[Area],
) -> Terms:
    """The checked terms; raises ``Faults``, and ``BadAddress`` for an address not to be called.

    The address's name is looked up, for at most three seconds.
    """
    name, url = name.strip(), url.strip()
    faults = dict(
        fault
        for fault in (
            ("name", _name_fault(name)),
            ("kinds", _kinds_fault(kinds)),
            ("services", _services_fault(services)),
            ("areas", _areas_fault(areas)),
        )
        if fault[1]
    )
    if faults:
        raise Faults(faults)
    check_address(url)
    return Terms(
        name=name,
        url=url,
        kinds=sorted(set(kinds)),
        services=sorted({catalog().service(code).id for code in services}),
        areas=sorted(set(_area_ids(areas))),
    )


def _name_fault(name: str) -> str:
    if not name:
        return _("Please give the webhook a name.")
    if len(name) > LONGEST_NAME or "\x00" in name:
        return _("Please give the webhook a name of at most %(n)d letters.") % {"n": LONGEST_NAME}
    return ""


def _kinds_fault(kinds: Collection[str]) -> str:
    unknown = [kind for kind in kinds if kind not in {*KINDS, *orders.KINDS}]
    return _("No such event is told: %(what)s.") % _what(unknown) if unknown else ""


def check_orders(kinds: Collection[str], *, by: Actor) -> None:
    """Raise ``Faults`` where somebody asks for work orders who may not read any."""
    if any(kind in orders.KINDS for kind in kinds) and not orders.may_ask(by):
        sentence = _("Events of work orders need a key that may work on requests.")
        raise Faults({"kinds": sentence})


def _services_fault(services: Collection[str]) -> str:
    if len(services) > MOST_CHOSEN:
        return _too_many()
    unknown, private = [], []
    for code in services:
        try:
            entry = catalog().service(code)
        except UnknownService:
            unknown.append(code)
            continue
        if entry.spec.privacy is Privacy.PRIVATE:
            private.append(code)
    if unknown:
        return _("There is no such service: %(what)s.") % _what(unknown)
    if private:
        return _("Nothing is told about a private service: %(what)s.") % _what(private)
    return ""


def _areas_fault(areas: Collection[Area]) -> str:
    if len(areas) > MOST_CHOSEN:
        return _too_many()
    index = area_index()
    unknown = [
        f"{layer}/{code}"
        for layer, code in areas
        if layer not in index.layers or index.find(layer, code) is None
    ]
    return _("There is no such area: %(what)s.") % _what(unknown) if unknown else ""


def _area_ids(areas: Collection[Area]) -> Iterator[int]:
    index = area_index()
    for layer, code in areas:
        found = index.find(layer, code)
        if found is not None:
            yield found.id


def _what(codes: list[str]) -> dict[str, Any]:
    return {"what": ", ".join(code[:80] for code in codes[:5])}


def _too_many() -> str:
    return _("Please choose at most %(n)d, or none for all.") % {"n": MOST_CHOSEN}
