from django.apps import AppConfig


class EscalationsConfig(AppConfig):
    name = "citycall.escalations"
    default_auto_field = "django.db.models.BigAutoField"
