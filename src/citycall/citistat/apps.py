from django.apps import AppConfig


class CitistatConfig(AppConfig):
    name = "citycall.citistat"
    default_auto_field = "django.db.models.BigAutoField"
