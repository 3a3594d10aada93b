from django.apps import AppConfig


class DuplicatesConfig(AppConfig):
    name = "citycall.duplicates"
    default_auto_field = "django.db.models.BigAutoField"
