from django.apps import AppConfig


class FollowsConfig(AppConfig):
    name = "citycall.follows"
    default_auto_field = "django.db.models.BigAutoField"
