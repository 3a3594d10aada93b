"""How Django finds this room."""

from django.apps import AppConfig


class ManageConfig(AppConfig):
    """The administrators' door."""

    name = "citycall.manage"
