from django.apps import AppConfig


class ServiceRequestsConfig(AppConfig):
    name = "citycall.service_requests"
    default_auto_field = "django.db.models.BigAutoField"
