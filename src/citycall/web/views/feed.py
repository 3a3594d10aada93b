"""The feed of what is new around a place."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from citycall.core import clock
from citycall.places.queries import surroundings
from citycall.web import feeds
from citycall.web import nearby as asking
from citycall.web.nearby import BadQuestion
from citycall.web.views.nearby import count


@require_safe
@conditional_page
def around(request: HttpRequest) -> HttpResponse:
    """``?lon=&lat=&within=&group=``: what changed last around a point, as Atom.

    A news reader that asks with the last answer's tag is told that nothing changed.
    """
    count(request)
    query = request.GET.dict() | {"place": "", "show": ""}
    asked = asking.read(query, at=clock.now())
    if asked.point is None:
        raise BadQuestion(_("lon and lat are both needed, as degrees with a point."))
    body = feeds.atom(
        feeds.latest(asked, asked.point),
        name=surroundings(*asked.point).words,
        here=request.get_full_path(),
    )
    answer = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=300"
    return answer
