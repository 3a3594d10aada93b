"""The addresses of GeoReport v2, each with its format at the end or without."""

from django.urls import URLPattern, re_path

from citycall.open311 import lists, offers, tokens, updates_in, updates_out, writing
from citycall.open311.calls import door, no_such_address

app_name = "open311"

_FORM = r"(?:\.(?P<form>[^/.]+))?/?$"


urlpatterns: list[URLPattern] = [
    re_path(rf"^requests/(?P<asked>[^/.]+){_FORM}", door(get=lists.one), name="request"),
    re_path(rf"^requests{_FORM}", door(get=lists.requests, post=writing.create), name="requests"),
    re_path(rf"^services{_FORM}", door(get=offers.services), name="services"),
    re_path(rf"^services/(?P<code>[^/.]+){_FORM}", door(get=offers.definition), name="service"),
    re_path(
        # A token is the client's own, and may have a dot in it.
        r"^tokens/(?P<token>[^/]+?)(?:\.(?P<form>xml|json))?/?$",
        door(get=tokens.token),
        name="token",
    ),
    re_path(
        rf"^servicerequestupdates{_FORM}",
        door(get=updates_out.updates, post=updates_in.receive),
        name="updates",
    ),
    re_path(rf"^discovery{_FORM}", door(get=offers.discovery, everywhere=True), name="discovery"),
    re_path(r"^$", offers.beginning, name="beginning"),
    re_path(
        r"^.*?(?:\.(?P<form>xml|json))?/?$",
        door(get=no_such_address, post=no_such_address, everywhere=True),
    ),
]
