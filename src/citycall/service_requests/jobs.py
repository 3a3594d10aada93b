"""What a worker does for this room from time to time."""

from procrastinate.contrib.django import app as jobs

from citycall.core import clock
from citycall.service_requests import cell_counts, looks_filling, unsent_photos

FOLD_TASK = "citycall.fold_cell_counts"
PHOTOS_TASK = "citycall.remove_unsent_photos"
LOOKS_TASK = "citycall.fill_photo_looks"
QUEUE = "housekeeping"


@jobs.periodic(cron="* * * * *")
@jobs.task(name=FOLD_TASK, queue=QUEUE, queueing_lock=FOLD_TASK)
def fold_cell_counts(timestamp: int) -> None:
    """Every minute: fold what changed into the counts by hexagon.

    Requests that a version without cells has written meanwhile get theirs first.
    """
    cell_counts.fill_cells()
    cell_counts.fold(at=clock.now(), zone=clock.city_zone())


@jobs.periodic(cron="47 * * * *")
@jobs.task(name=PHOTOS_TASK, queue=QUEUE, queueing_lock=PHOTOS_TASK)
def remove_unsent_photos(timestamp: int) -> None:
    """Every hour: remove photos of drafts that were not sent within a day."""
    unsent_photos.remove(at=clock.now())


@jobs.periodic(cron="37 * * * *")
@jobs.task(name=LOOKS_TASK, queue=QUEUE, queueing_lock=LOOKS_TASK)
def fill_photo_looks(timestamp: int) -> None:
    """Every hour: photos that an earlier version has kept are made comparable."""
    looks_filling.fill()
