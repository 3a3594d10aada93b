"""Count all requests by hexagon anew, after a restore or a repair of the tables by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from citycall.core import clock
from citycall.service_requests import cell_counts


class Command(BaseCommand):
    """``rebuild_cell_counts``: safe at any time, also beside a running city."""

    help = "Count all requests by hexagon anew."

    def handle(self, *args: Any, **options: Any) -> None:
        """Give every request its cell, then count."""
        filled = cell_counts.fill_cells()
        cell_counts.rebuild(at=clock.now(), zone=clock.city_zone())
        self.stdout.write(f"{filled} requests got their cell; all are counted.")
