"""Every address of the site, by door."""

from django.urls import URLPattern, URLResolver, include, path

from citycall.api.door import api
from citycall.manage.site import site
from citycall.operations.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("api/v1/", api.urls),
    path("open311/v2/", include("citycall.open311.urls")),
    path("telephony/", include("citycall.telephony.urls")),
    path("admin/", site.urls),
    path("", include("citycall.workbench.urls")),
    path("", include("citycall.console.urls")),
    path("", include("citycall.citistat.urls")),
    path("", include("citycall.web.urls")),
]

handler400 = "citycall.web.views.errors.bad_request"
handler403 = "citycall.web.views.errors.forbidden"
handler404 = "citycall.web.views.errors.not_found"
handler500 = "citycall.web.views.errors.broken"
