"""Registers the calls app."""

from django.apps import AppConfig


class CallsConfig(AppConfig):
    """Calls."""

    name = "citycall.calls"
    label = "calls"
