from django.apps import AppConfig


class BatchesConfig(AppConfig):
    name = "citycall.batches"
    default_auto_field = "django.db.models.BigAutoField"
