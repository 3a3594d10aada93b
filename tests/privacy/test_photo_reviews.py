"""Photos become public when a person has looked, with what they chose blurred."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from citycall.catalog.actions import save_service
from citycall.catalog.queries import catalog
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM, resident
from citycall.core.errors import NotAllowed, NotFound
from citycall.privacy import finding, photo_reviews
from citycall.privacy.finding import Box, NotLookedAt
from citycall.privacy.photo_reviews import BadBox, NotPublic
from citycall.service_requests import photos, public
from citycall.service_requests.actions import tell_more
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import Attachment
from tests import city as small_city
from tests.city import NOW

pytestmark = pytest.mark.django_db
PART = Box(20, 20, 60, 60)


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path: Path) -> None:
    settings.UPLOADS = tmp_path


def stripes() -> io.BytesIO:
    """A drawn picture that has fine detail everywhere."""
    image = Image.new("RGB", (200, 120), "white")
    draw = ImageDraw.Draw(image)
    for x in range(0, 200, 4):
        draw.line([(x, 0), (x, 120)], fill="black", width=2)
    out = io.BytesIO()
    image.save(out, "PNG")
    out.seek(0)
    return out


@pytest.fixture
def photo(db: None) -> Attachment:
    small_city.build()
    offer(publish_photos=True)
    made = submit(small_city.draft(), by=resident(), at=NOW)
    return tell_more.add_photo(
        made.request_id,
        photo=photos.keep(stripes()),
        stage=Attachment.Stage.REPORT,
        by=resident(reports=[made.report_id]),
        at=NOW,
        report_id=made.report_id,
    )


def offer(*, publish_photos: bool) -> None:
    told = catalog().service("pothole").spec.model_dump(mode="json", exclude_none=True)
    spec = ServiceSpec.model_validate({**told, "publish_photos": publish_photos})
    save_service(spec=spec, by=SYSTEM, at=NOW)


def detail(name: str, box: Box) -> int:
    """How much the brightness differs within a part."""
    with Image.open(photos.path_of(name)) as image:
        part = image.convert("L").crop(
            (box.left + 10, box.top + 10, box.left + box.width - 10, box.top + box.height - 10)
        )
        shades = part.tobytes()
        return max(shades) - min(shades)


def test_nothing_is_public_before_somebody_has_looked(photo: Attachment) -> None:
    assert [each.pk for each in photo_reviews.waiting(SYSTEM)] == [photo.pk]
    assert not Attachment.objects.get().public


def test_what_is_chosen_is_blurred_for_everyone(photo: Attachment) -> None:
    assert detail(photo.file, PART) > 200
    photo_reviews.decide(photo.pk, boxes=[PART], publish=True, keep=True, by=SYSTEM, at=NOW)
    shown = public.photo_for(resident(), photo.pk)
    assert shown.public
    assert shown.file != photo.file
    assert detail(shown.file, PART) < 60
    assert photo_reviews.waiting(SYSTEM) == []


def test_a_kept_original_can_be_put_back(photo: Attachment) -> None:
    photo_reviews.decide(photo.pk, boxes=[PART], publish=True, keep=True, by=SYSTEM, at=NOW)
    back = photo_reviews.undo(photo.pk, by=SYSTEM, at=NOW)
    assert not back.public
    assert detail(back.file, PART) > 200


def test_a_destroyed_original_is_nowhere(photo: Attachment, settings) -> None:
    photo_reviews.decide(photo.pk, boxes=[PART], publish=False, keep=False, by=SYSTEM, at=NOW)
    assert not (Path(settings.UPLOADS) / "originals" / photo.file).exists()
    with pytest.raises(NotFound):
        photo_reviews.undo(photo.pk, by=SYSTEM, at=NOW)


def test_photos_of_other_services_never_become_public(photo: Attachment) -> None:
    offer(publish_photos=False)
    with pytest.raises(NotPublic):
        photo_reviews.decide(photo.pk, boxes=[], publish=True, keep=True, by=SYSTEM, at=NOW)
    assert photo_reviews.waiting(SYSTEM) == []


def test_only_those_who_may_decide(photo: Attachment) -> None:
    with pytest.raises(NotAllowed):
        photo_reviews.decide(photo.pk, boxes=[], publish=True, keep=True, by=resident(), at=NOW)


@pytest.mark.parametrize("box", [Box(500, 1, 5, 5), Box(-1, 1, 5, 5), Box(1, 1, 0, 5)])
def test_a_part_outside_the_photo_is_refused(photo: Attachment, box: Box) -> None:
    with pytest.raises(BadBox):
        photo_reviews.decide(photo.pk, boxes=[box], publish=True, keep=True, by=SYSTEM, at=NOW)


def test_a_picture_without_faces_has_none_and_a_broken_one_is_said_so(tmp_path: Path) -> None:
    plain = tmp_path / "plain.jpg"
    Image.new("RGB", (300, 200), "gray").save(plain, "JPEG")
    assert finding.find(plain) == []
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    with pytest.raises(NotLookedAt):
        finding.find(broken)
