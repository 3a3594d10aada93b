from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "citycall.routing"
    default_auto_field = "django.db.models.BigAutoField"
