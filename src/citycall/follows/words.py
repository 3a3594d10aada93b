"""What is followed, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citycall.catalog.queries import catalog
from citycall.core.phrases import said
from citycall.follows.models import Follow


def describe(follow: Follow) -> str:
    """One line in the reader's language: "New requests within 500 meters of Bayview Park"."""
    if follow.service_id is not None:
        name = catalog().service_by_id(follow.service_id).name
        return _("New requests about %(service)s, anywhere in the city") % {"service": name}
    told = {
        "distance": _distance(follow.within_m or 0),
        "place": follow.place,
        "group": said(follow.group),
    }
    if follow.group:
        return _("New requests about %(group)s within %(distance)s of %(place)s") % told
    return _("New requests within %(distance)s of %(place)s") % told


def _distance(metres: int) -> str:
    if metres < 1_000:
        return _("%(n)d meters") % {"n": metres}
    kilometres = metres // 1_000
    return ngettext("%(n)d kilometer", "%(n)d kilometers", kilometres) % {"n": kilometres}
