from django.apps import AppConfig


class CouncilConfig(AppConfig):
    name = "citycall.council"
    default_auto_field = "django.db.models.BigAutoField"
