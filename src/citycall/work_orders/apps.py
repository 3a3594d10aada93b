from django.apps import AppConfig


class WorkOrdersConfig(AppConfig):
    name = "citycall.work_orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Crews' pictures are not swept away with those that nobody sent."""
        from citycall.service_requests import unsent_photos
        from citycall.work_orders.queries import pictures_among

        unsent_photos.KEPT_BY.append(pictures_among)
