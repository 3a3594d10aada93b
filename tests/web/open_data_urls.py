"""The residents' addresses with those of open data."""

from django.urls import include, path

from citycall.web import urls as web
from citycall.web.views import open_data

OPEN_DATA = [
    path("open-data", open_data.page, name="open-data"),
    path("open-data/dictionary.json", open_data.dictionary, name="open-data-dictionary"),
    path("open-data/requests.<str:ending>", open_data.part, name="open-data-part"),
    path("open-data/<slug:edition>/<str:name>", open_data.edition_file, name="open-data-file"),
]
urlpatterns = [path("", include(([*web.urlpatterns, *OPEN_DATA], "web")))]
handler404 = "citycall.web.views.errors.not_found"
