from django.apps import AppConfig


class DurationsConfig(AppConfig):
    name = "citycall.durations"
    default_auto_field = "django.db.models.BigAutoField"
