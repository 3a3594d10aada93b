"""Photos of reports that were never sent are removed after a day."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.service_requests import photos, unsent_photos
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.actions.tell_more import add_photo
from citycall.service_requests.jobs import remove_unsent_photos
from citycall.service_requests.models import Attachment
from tests import city as small_city

from .test_photos import picture

pytestmark = pytest.mark.django_db
NOW = small_city.NOW


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, settings: Any) -> Path:
    settings.UPLOADS = tmp_path
    return tmp_path


def upload(*, hours_ago: float, size: tuple[int, int] = (60, 40)) -> photos.Photo:
    kept = photos.keep(picture("PNG", size=size))
    age(kept, NOW - timedelta(hours=hours_ago))
    return kept


def age(photo: photos.Photo, at: datetime) -> None:
    for name in (photo.file, photo.thumbnail):
        os.utime(photos.mark_of(name), (at.timestamp(), at.timestamp()))


def files(uploads: Path) -> Iterator[str]:
    return (file.name for file in uploads.glob("??/*"))


def send(photo: photos.Photo) -> None:
    small_city.build()
    receipt = submit(small_city.draft("graffiti"), by=SYSTEM, at=NOW)
    stage = Attachment.Stage.REPORT
    add_photo(receipt.request_id, photo=photo, stage=stage, by=SYSTEM, at=NOW)


def test_a_photo_that_no_report_has_is_removed_after_a_day(uploads: Path) -> None:
    upload(hours_ago=25)
    assert unsent_photos.remove(at=NOW) == 2
    assert list(files(uploads)) == []


def test_a_photo_of_a_draft_from_today_stays(uploads: Path) -> None:
    kept = upload(hours_ago=23)
    assert unsent_photos.remove(at=NOW) == 0
    assert set(files(uploads)) == {kept.file, kept.thumbnail}


def test_a_photo_that_a_request_has_stays_for_good(uploads: Path) -> None:
    kept = upload(hours_ago=2)
    send(kept)
    age(kept, NOW - timedelta(hours=30))
    assert unsent_photos.remove(at=NOW) == 0
    assert unsent_photos.remove(at=NOW + timedelta(days=9)) == 0
    assert set(files(uploads)) == {kept.file, kept.thumbnail}


def test_the_same_picture_uploaded_again_counts_from_then(uploads: Path) -> None:
    kept = upload(hours_ago=25)
    assert upload(hours_ago=1) == kept
    assert unsent_photos.remove(at=NOW) == 0
    assert set(files(uploads)) == {kept.file, kept.thumbnail}


def test_a_removed_photo_can_be_uploaded_again(uploads: Path) -> None:
    kept = upload(hours_ago=25)
    unsent_photos.remove(at=NOW)
    assert upload(hours_ago=0) == kept
    assert set(files(uploads)) == {kept.file, kept.thumbnail}


def test_only_the_old_ones_of_several_are_removed(uploads: Path) -> None:
    upload(hours_ago=25)
    young = upload(hours_ago=3, size=(70, 50))
    assert unsent_photos.remove(at=NOW) == 2
    assert set(files(uploads)) == {young.file, young.thumbnail}


def test_a_report_sent_too_late_is_told_that_its_photo_is_gone() -> None:
    kept = upload(hours_ago=25)
    unsent_photos.remove(at=NOW)
    with pytest.raises(photos.PhotoGone, match="choose it again"):
        send(kept)


def test_nothing_is_left_of_the_work_itself(uploads: Path) -> None:
    upload(hours_ago=25)
    unsent_photos.remove(at=NOW)
    assert [file for file in uploads.rglob("*") if file.is_file()] == []


def test_the_worker_does_it_by_the_clock_on_the_wall(uploads: Path) -> None:
    old = photos.keep(picture("PNG"))
    age(old, clock.now() - timedelta(hours=25))
    remove_unsent_photos(timestamp=0)
    assert list(files(uploads)) == []
