"""Photos become public when a person has looked, with what they chose blurred."""

import io
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from citycall.accounts.models import User
from citycall.catalog.actions import save_service
from citycall.catalog.queries import catalog
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM, resident
from citycall.core.errors import NotAllowed, NotFound
from citycall.core.models import Event
from citycall.exchange.webhooks import payload
from citycall.privacy import finding, photo_reviews
from citycall.privacy.finding import Box, NotLookedAt
from citycall.privacy.models import PhotoReview
from citycall.privacy.photo_reviews import BadBox, NoReason, NotPublic, PhotoChanged
from citycall.service_requests import photos, public, published
from citycall.service_requests.actions import tell_more
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Attachment
from citycall.work_orders.models import OrderPhoto, Step, WorkOrder
from citycall.workbench.photo_forms import Seen
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


def offer(*, publish_photos: bool, privacy: str = "public") -> None:
    told = catalog().service("pothole").spec.model_dump(mode="json", exclude_none=True)
    spec = ServiceSpec.model_validate(
        {**told, "publish_photos": publish_photos, "privacy": privacy}
    )
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
    back = photo_reviews.undo(photo.pk, reason="It is a statue.", by=SYSTEM, at=NOW)
    assert not back.public
    assert detail(back.file, PART) > 200
    event = Event.objects.filter(kind=Kind.REDACTED).latest("id")
    assert (event.words, event.visibility) == ("It is a statue.", "internal")
    with pytest.raises(NotFound):
        public.photo_for(resident(), photo.pk)


def test_what_was_public_is_not_when_its_service_no_longer_is(photo: Attachment) -> None:
    photo_reviews.decide(photo.pk, boxes=[], publish=True, keep=True, by=SYSTEM, at=NOW)
    offer(publish_photos=True, privacy="private")
    with pytest.raises(NotFound):
        public.photo_for(resident(), photo.pk)


def test_nobody_puts_it_back_without_a_reason(photo: Attachment) -> None:
    photo_reviews.decide(photo.pk, boxes=[PART], publish=True, keep=True, by=SYSTEM, at=NOW)
    with pytest.raises(NoReason):
        photo_reviews.undo(photo.pk, reason="  ", by=SYSTEM, at=NOW)
    with pytest.raises(NotAllowed):
        photo_reviews.undo(photo.pk, reason="It is mine.", by=resident(), at=NOW)
    assert Attachment.objects.get().public


def test_blurred_twice_the_first_original_comes_back(photo: Attachment) -> None:
    other = Box(110, 20, 60, 60)
    for part in (PART, other):
        photo_reviews.decide(photo.pk, boxes=[part], publish=True, keep=True, by=SYSTEM, at=NOW)
    assert len(PhotoReview.objects.get().parts) == 2
    back = photo_reviews.undo(photo.pk, reason="Both are statues.", by=SYSTEM, at=NOW)
    assert detail(back.file, PART) > 200
    assert detail(back.file, other) > 200


def test_the_original_lies_where_nobody_else_reads(photo: Attachment, settings) -> None:
    photo_reviews.decide(photo.pk, boxes=[PART], publish=True, keep=True, by=SYSTEM, at=NOW)
    [kept] = (Path(settings.UPLOADS) / "originals").iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    assert kept.parent.stat().st_mode & 0o077 == 0


def test_after_its_time_the_original_is_destroyed(photo: Attachment, settings) -> None:
    photo_reviews.decide(photo.pk, boxes=[PART], publish=True, keep=True, by=SYSTEM, at=NOW)
    [kept] = (Path(settings.UPLOADS) / "originals").iterdir()
    os.utime(kept, (0, 0))
    assert photo_reviews.forget(before=NOW) == 0
    assert photo_reviews.forget(before=NOW + timedelta(seconds=1)) == 1
    assert not kept.exists()
    with pytest.raises(NotFound):
        photo_reviews.undo(photo.pk, reason="Too late.", by=SYSTEM, at=NOW)


def told(event: Event) -> bool:
    return payload.may_be_told(event)


def test_the_same_picture_changes_wherever_a_crew_s_photo_is_kept(photo: Attachment) -> None:
    original = photo.file
    second = submit(small_city.draft(), by=resident(), at=NOW)
    other = with_request(second.request_id, photo)
    crew_s = with_order(photo)
    photo_reviews.decide(photo.pk, boxes=[PART], publish=True, keep=True, by=SYSTEM, at=NOW)
    Attachment.objects.filter(pk=other.pk).update(public=True)
    for each in (photo, other, crew_s):
        each.refresh_from_db()
        assert detail(each.file, PART) < 60
        assert each.file != original
    photo_reviews.undo(photo.pk, reason="It is a statue.", by=SYSTEM, at=NOW)
    for each in (photo, other, crew_s):
        each.refresh_from_db()
        assert detail(each.file, PART) > 200
    assert not Attachment.objects.filter(public=True).exists()


def test_destroyed_it_is_kept_with_no_other_request(photo: Attachment, settings) -> None:
    second = submit(small_city.draft(), by=resident(), at=NOW)
    other = with_request(second.request_id, photo)
    photo_reviews.decide(photo.pk, boxes=[PART], publish=False, keep=True, by=SYSTEM, at=NOW)
    photo_reviews.decide(other.pk, boxes=[PART], publish=False, keep=False, by=SYSTEM, at=NOW)
    with pytest.raises(NotFound):
        photo_reviews.undo(photo.pk, reason="A statue.", by=SYSTEM, at=NOW)


def with_request(request_id: int, photo: Attachment) -> Attachment:
    same = photos.Photo(
        file=photo.file,
        thumbnail=photo.thumbnail,
        width=photo.width,
        height=photo.height,
        size=photo.size,
    )
    stage = Attachment.Stage.AFTER
    return tell_more.add_photo(request_id, photo=same, stage=stage, by=SYSTEM, at=NOW)


def with_order(photo: Attachment) -> OrderPhoto:
    agency_id = photo.service_request.agency_id
    order = WorkOrder.objects.create(agency_id=agency_id, title="x", made_at=NOW, changed_at=NOW)
    step = Step.objects.create(key="k", order=order, kind=Step.Kind.AFTER, at=NOW, received_at=NOW)
    return OrderPhoto.objects.create(
        step=step,
        order=order,
        file=photo.file,
        thumbnail=photo.thumbnail,
        width=photo.width,
        height=photo.height,
        size=photo.size,
    )


def last_event() -> Event:
    return Event.objects.filter(kind=Kind.REDACTED).latest("id")


def test_other_systems_hear_when_what_everyone_sees_changes(photo: Attachment) -> None:
    photo_reviews.decide(photo.pk, boxes=[], publish=False, keep=True, by=SYSTEM, at=NOW)
    assert not told(last_event())
    photo_reviews.decide(photo.pk, boxes=[], publish=True, keep=True, by=SYSTEM, at=NOW)
    assert told(last_event())
    photo_reviews.decide(photo.pk, boxes=[PART], publish=True, keep=True, by=SYSTEM, at=NOW)
    assert told(last_event())
    photo_reviews.decide(photo.pk, boxes=[], publish=True, keep=True, by=SYSTEM, at=NOW)
    assert not told(last_event())
    photo_reviews.undo(photo.pk, reason="It is a statue.", by=SYSTEM, at=NOW)
    assert told(last_event())


def test_they_hear_neither_why_nor_where(photo: Attachment) -> None:
    photo_reviews.decide(photo.pk, boxes=[PART], publish=True, keep=True, by=SYSTEM, at=NOW)
    photo_reviews.undo(photo.pk, reason="It shows Ann Lee.", by=SYSTEM, at=NOW)
    request = published.one(photo.service_request_id)
    assert request is not None
    body = json.loads(payload.body(last_event(), request))
    assert (body["kind"], body["facts"], body["words"]) == ("redacted", {}, "")


def test_a_page_asks_why_and_keeps_what_is_wrong_in_sight(photo: Attachment, client) -> None:
    photo_reviews.decide(photo.pk, boxes=[PART], publish=True, keep=True, by=SYSTEM, at=NOW)
    client.force_login(User.objects.get(username="dispatcher"))
    empty = client.post(f"/agency/photos/{photo.pk}/undo", {"reason": ""})
    assert empty.status_code == 422
    assert "why the original is put back" in empty.content.decode()
    done = client.post(f"/agency/photos/{photo.pk}/undo", {"reason": "A statue."}, follow=True)
    assert "The original is back" in done.content.decode()


@pytest.fixture
def found(monkeypatch) -> list[Box]:
    """What the search finds; it can be changed while the page is open."""
    boxes = [Box(20, 20, 60, 60, "face")]
    monkeypatch.setattr(photo_reviews, "found_in", lambda _photo: [*boxes])
    return boxes


def shown(client, photo: Attachment) -> dict[str, str]:
    """What a browser sends of the page as it is opened now, with nothing changed."""
    client.force_login(User.objects.get(username="dispatcher"))
    form = client.get(f"/agency/photos/{photo.pk}").context["form"]
    return {name: form[name].value() for name in ("seen", "found", "becomes", "original")}


def test_the_parts_that_were_shown_are_blurred_though_the_search_fails_now(
    photo: Attachment, client, found: list[Box]
) -> None:
    sent = shown(client, photo)
    found.clear()
    assert client.post(f"/agency/photos/{photo.pk}", sent).status_code == 302
    photo.refresh_from_db()
    assert photo.public
    assert detail(photo.file, PART) < 60


@pytest.mark.parametrize("told", ["", "forged", None])
def test_nothing_is_published_that_was_not_looked_at(
    photo: Attachment, client, found: list[Box], told: str | None
) -> None:
    photo_reviews.decide(photo.pk, boxes=[PART], publish=False, keep=True, by=SYSTEM, at=NOW)
    sent = shown(client, photo)
    if told is not None:
        sent["seen"] = told
    photo_reviews.undo(photo.pk, reason="A statue.", by=SYSTEM, at=NOW)
    answer = client.post(f"/agency/photos/{photo.pk}", {**sent, "found": []})
    assert answer.status_code == 409
    assert "This photo was changed meanwhile." in answer.content.decode()
    assert not Attachment.objects.get().public
    anew = answer.context["form"]
    assert anew["found"].value() == ["0"]
    assert Seen.read(anew["seen"].value()) == Seen(Attachment.objects.get().file, found)


def test_who_decides_at_the_same_moment_is_told(photo: Attachment) -> None:
    with pytest.raises(PhotoChanged):
        photo_reviews.decide(
            photo.pk, boxes=[], publish=True, keep=True, by=SYSTEM, at=NOW, looked_at="old.jpg"
        )
    assert not Attachment.objects.get().public


def test_a_browser_shows_no_picture_of_before(photo: Attachment, client) -> None:
    client.force_login(User.objects.get(username="dispatcher"))
    page = f"/agency/photos/{photo.pk}"
    before = client.get(page).context["version"]
    photo_reviews.decide(photo.pk, boxes=[PART], publish=True, keep=True, by=SYSTEM, at=NOW)
    after = client.get(page)
    assert f"?v={after.context['version']}" in after.content.decode()
    assert after.context["version"] != before


def test_a_destroyed_original_is_nowhere(photo: Attachment, settings) -> None:
    photo_reviews.decide(photo.pk, boxes=[PART], publish=False, keep=False, by=SYSTEM, at=NOW)
    assert not list(Path(settings.UPLOADS).glob("originals/*"))
    with pytest.raises(NotFound):
        photo_reviews.undo(photo.pk, reason="A statue.", by=SYSTEM, at=NOW)


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
