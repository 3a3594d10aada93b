"""How Django finds this room."""

from django.apps import AppConfig


class ContinuityConfig(AppConfig):
    """When the systems are down."""

    name = "citycall.continuity"
    default_auto_field = "django.db.models.BigAutoField"
