"""The addresses of the developers' pages; ``urls`` has them among the residents'."""

from django.urls import path

from citycall.web.views import developers

urlpatterns = [
    path("developers", developers.developers, name="developers"),
    path("developers/reference", developers.reference, name="developers-reference"),
    path("developers/examples/<str:name>", developers.example, name="developers-example"),
]
