"""How Django finds this room."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The call-takers' door."""

    name = "citycall.console"
