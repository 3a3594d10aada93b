from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "citycall.analytics.watch"
    label = "watch"
    default_auto_field = "django.db.models.BigAutoField"
