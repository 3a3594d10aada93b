"""How Django finds this room."""

from django.apps import AppConfig


class TelephonyConfig(AppConfig):
    """The telephone's door."""

    name = "citycall.telephony"
