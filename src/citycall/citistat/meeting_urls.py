"""The addresses of meetings, their packs and what was promised at them."""

from django.urls import path

from citycall.citistat.views import meetings, pack

urlpatterns = [
    path("citistat/meetings", meetings.overview, name="meetings"),
    path("citistat/<slug:agency>/meetings", meetings.of_agency, name="agency-meetings"),
    path("citistat/<slug:agency>/meetings/schedule", meetings.scheduled, name="schedule"),
    path("citistat/<slug:agency>/pack/<str:on>", pack.pack, name="pack"),
    path("citistat/<slug:agency>/pack/<str:on>/pdf", pack.pack_pdf, name="pack-pdf"),
    path("citistat/<slug:agency>/pack/<str:on>/make", pack.make, name="pack-make"),
    path("citistat/<slug:agency>/pack/<str:on>/notes", pack.notes, name="pack-notes"),
    path("citistat/<slug:agency>/pack/<str:on>/commitments", pack.promise, name="promise"),
    path("citistat/<slug:agency>/pack/<str:on>/move", pack.move, name="pack-move"),
    path("citistat/<slug:agency>/commitments", meetings.commitments, name="commitments"),
    path("citistat/<slug:agency>/commitments/<int:pk>", meetings.commitment, name="commitment"),
    path(
        "citistat/<slug:agency>/commitments/<int:pk>/followed", meetings.followed, name="followed"
    ),
    path(
        "citistat/<slug:agency>/commitments/<int:pk>/change", meetings.corrected, name="corrected"
    ),
]
