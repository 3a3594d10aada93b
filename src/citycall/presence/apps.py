from django.apps import AppConfig


class PresenceConfig(AppConfig):
    name = "citycall.presence"
    default_auto_field = "django.db.models.BigAutoField"
