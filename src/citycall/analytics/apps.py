from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "citycall.analytics"
    default_auto_field = "django.db.models.BigAutoField"
