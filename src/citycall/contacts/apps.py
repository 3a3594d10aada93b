from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "citycall.contacts"
    default_auto_field = "django.db.models.BigAutoField"
