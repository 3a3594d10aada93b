"""The site's addresses, with the administrators' site where it will be."""

from django.urls import URLPattern, URLResolver, path

from citycall import urls
from citycall.manage.site import site

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", site.urls),
    *(each for each in urls.urlpatterns if str(each.pattern) != "admin/"),
]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
