"""The managers' addresses. What has a name of its own stands before the agencies' codes."""

from django.urls import path

from citycall.citistat.ask_urls import urlpatterns as ask_urls
from citycall.citistat.meeting_urls import urlpatterns as meeting_urls
from citycall.citistat.views import (
    analysts,
    city,
    fairness,
    forecast,
    measures,
    narrowed,
    places,
)

app_name = "citistat"
urlpatterns = [
    path("citistat", city.home, name="city"),
    path("citistat/measures", measures.index, name="measures"),
    path("citistat/measures/<slug:name>", measures.measure, name="measure"),
    path("citistat/measures/<slug:name>/requests", measures.requests, name="requests"),
    path("citistat/forecast", forecast.show, name="forecast"),
    path("citistat/forecast.csv", forecast.export, name="forecast-export"),
    path("citistat/fairness", fairness.fairness, name="fairness"),
    path("citistat/places", places.places, name="places"),
    path("citistat/places/<slug:key>", places.place, name="place"),
    *ask_urls,
    path("citistat/sql", analysts.sql, name="sql"),
    path("citistat/tables/<slug:name>.parquet", analysts.table, name="table"),
    path("citistat/services/<slug:code>", narrowed.service, name="service"),
    path("citistat/areas/<slug:layer>/<int:pk>", narrowed.area, name="area"),
    *meeting_urls,
    path("citistat/<slug:code>", city.agency, name="agency"),
]
