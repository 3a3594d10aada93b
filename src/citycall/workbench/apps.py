"""How Django finds this room."""

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    """The agencies' door."""

    name = "citycall.workbench"
