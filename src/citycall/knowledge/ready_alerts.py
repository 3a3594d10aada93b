"""What is told again and again, ready in every language: only the area is put in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citycall.core.phrases import said

Told = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """One ready text. ``title`` may hold the place of ``%(area)s``."""

    name: Told
    title: Told
    words: Told


READY: Final[Mapping[str, Ready]] = {
    "water": Ready(
        name=_("Water main break"),
        title=_("Water main break: %(area)s"),
        words=_(
            "The city knows of it, and crews are on their way. Some homes have no water or low "
            "pressure until it is repaired. You do not need to report it."
        ),
    ),
    "flood": Ready(
        name=_("Flooded streets"),
        title=_("Flooded streets: %(area)s"),
        words=_(
            "Do not walk or drive through water on a street. Crews are opening the drains. If "
            "somebody is in danger, call 911."
        ),
    ),
    "snow": Ready(
        name=_("Snow emergency"),
        title=_("Snow emergency: %(area)s"),
        words=_(
            "Main streets are plowed first, side streets when the snow has stopped. Please do not "
            "park on snow routes, and drive only if you must."
        ),
    ),
    "lights": Ready(
        name=_("Street lights or power out"),
        title=_("Lights are out: %(area)s"),
        words=_(
            "The power company knows of it and is repairing it. Stay away from wires on the "
            "ground and call 911 if you see one."
        ),
    ),
    "closed": Ready(
        name=_("Street closed"),
        title=_("Street closed: %(area)s"),
        words=_("Please go around. Buses may be late. We say here when it is open again."),
    ),
    "late": Ready(
        name=_("Collections are late"),
        title=_("Collections are late: %(area)s"),
        words=_(
            "Please leave everything out: the trucks still come. You do not need to report it."
        ),
    ),
}


def texts(kind: str, *, area: str) -> Mapping[str, tuple[str, str]]:
    """Title and words of a ready text by language, for every language that the city speaks.

    ``area`` is a name as the city writes it. Raises ``KeyError``.
    """
    ready = READY[kind]
    told = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            title = str(ready.title) % {"area": said(area)}
            told[language] = title, str(ready.words)
    return told
