"""How are we doing now? Readable from across a room."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from citycall.calls import storm
from citycall.calls.measures import standing
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.pages.staff import links_for, staff_only


@require_safe
@staff_only
def wall(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The wallboard; ``part=now`` gives only what changes, for the script that renews it."""
    at = clock.now()
    target = standing.target()
    now = standing.now(by=actor, zone=clock.city_zone(), at=at)
    shown = {
        "now": at,
        "standing": now,
        "target": target,
        "today_level": now.today.service_level(target.within_s),
        "lately_level": now.lately.service_level(target.within_s),
        "left_today": now.today.left_after(target.short_s),
        "shortly_today": now.today.left_shortly(target.short_s),
        "languages": [
            (code, waiting, counts, counts.service_level(target.within_s))
            for code, waiting, counts in now.languages
        ],
        "desks": [(state, state.label, people) for state, people in now.desks.items()],
        "storm": storm.shown(at=at),
        "too_long": now.waiting.longest_s > target.within_s,
    }
    if request.GET.get("part") == "now":
        return render(request, "console/supervise/wall_now.html", shown)
    return render(request, "console/supervise/wall.html", shown | {"staff_links": links_for(actor)})
