from django.apps import AppConfig


class ClosuresConfig(AppConfig):
    name = "citycall.closures"
    default_auto_field = "django.db.models.BigAutoField"
