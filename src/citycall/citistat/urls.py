"""The managers' addresses. What has a name of its own stands before the agencies' codes."""

from django.urls import path

from citycall.citistat.views import city

app_name = "citistat"
urlpatterns = [
    path("citistat", city.home, name="city"),
]
