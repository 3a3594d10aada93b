"""Photos that look alike: which do, what it says of a pair, and that it changes nothing else."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bench import photo_likeness
from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.duplicates import actions, photos, queries
from citycall.duplicates.models import Pair
from citycall.reactions import react
from citycall.service_requests import looks_filling
from citycall.service_requests import photos as kept_photos
from citycall.service_requests.actions import merge, tell_more
from citycall.service_requests.events import SUBJECT
from citycall.service_requests.models import Attachment, ServiceRequest
from citycall.service_requests.photo_looks import NOTHING, apart, looks_of
from tests.city import NOW, City

from .conftest import Tell

LATER = NOW + timedelta(hours=5)
Picture = Image.Image
Show = Callable[..., Attachment]
# What people wrote has nothing in common, and neither is where the other is.
ONE, OTHER = "A deep hole.", "Somebody dug here"


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, settings: Any) -> Path:
    settings.UPLOADS = tmp_path
    return tmp_path


@pytest.fixture
def show(city: City) -> Show:
    """Add a photo to a request's first report, as its reporter does."""

    def shown(request: ServiceRequest, picture: Picture) -> Attachment:
        report = request.reports.get(number=request.number)
        out = io.BytesIO()
        picture.save(out, "PNG")
        return tell_more.add_photo(
            request.pk,
            photo=kept_photos.keep(io.BytesIO(out.getvalue())),
            stage=Attachment.Stage.REPORT,
            by=SYSTEM,
            at=NOW,
            report_id=report.pk,
        )

    return shown


@pytest.fixture
def far_pair(tell: Tell) -> tuple[ServiceRequest, ServiceRequest]:
    """An older and a newer one that neither words nor place make a likely pair."""
    older = tell(ONE, at=NOW - timedelta(days=20))
    return older, tell(OTHER, north=90.0)


def saved_anew(picture: Picture) -> Picture:
    return photo_likeness.COPIES["small, brighter and saved anew"](picture)


def test_copies_are_alike_and_different_scenes_are_not() -> None:
    measured = photo_likeness.measure(photo_likeness.scenes(100))
    assert measured["nothing"] <= 2
    assert measured["different_within"][photos.CLOSE] <= 2
    shares = {name: each[photos.CLOSE] for name, each in measured["copies_within"].items()}
    edges = ("3% cut off each edge", "5% cut off each edge", "10% cut off each edge")
    assert min(share for name, share in shares.items() if name not in edges) >= 0.95
    assert shares["3% cut off each edge"] >= 0.9


def test_a_picture_of_one_tone_is_like_no_other() -> None:
    black, dark = (Image.new("RGB", (400, 300), color) for color in ("black", "#090909"))
    assert looks_of(black) == looks_of(dark) == NOTHING
    assert looks_of(Image.linear_gradient("L").rotate(90)) == NOTHING


SIGNED = st.integers(-(1 << 63), (1 << 63) - 1)


@given(one=SIGNED, other=SIGNED)
def test_how_far_apart_is_the_same_from_both_sides(one: int, other: int) -> None:
    assert apart(one, one) == 0
    assert 0 <= apart(one, other) == apart(other, one) <= 64


SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=8).map(
    lambda found: np.array(found) / max(1.0, sum(found))
)


@given(shares=SHARES, data=st.data())
def test_alike_photos_only_raise_what_is_alike(shares, data) -> None:
    alike = np.array(data.draw(st.lists(st.booleans(), min_size=len(shares), max_size=len(shares))))
    told = photos.weighed(shares, alike)
    assert told.sum() <= 1 + 1e-9
    if not alike.any():
        assert told is shares
    elif alike.sum() == 1:
        assert told[alike] >= shares[alike] - 1e-12
        assert (told[~alike] <= shares[~alike] + 1e-12).all()


def test_the_same_picture_makes_a_likely_pair(city: City, far_pair, show: Show) -> None:
    older, newer = far_pair
    before = queries.candidates_for(city.dispatcher, newer)
    scene = photo_likeness.scene(1)
    first = show(older, scene)
    show(newer, saved_anew(scene))
    found = queries.candidates_for(city.dispatcher, newer)
    assert [each.request.pk for each in found] == [older.pk]
    assert "The photos look alike" in found[0].reasons
    assert found[0].photos == (first.pk,)
    assert found[0].probability > 5 * sum(each.probability for each in before)


def test_other_pictures_change_nothing(city: City, pair, show: Show) -> None:
    before = queries.candidates_for(city.dispatcher, pair[1])
    show(pair[0], photo_likeness.scene(1))
    show(pair[1], photo_likeness.scene(2))
    after = queries.candidates_for(city.dispatcher, pair[1])
    assert [(e.probability, e.reasons) for e in after] == [
        (e.probability, e.reasons) for e in before
    ]


def test_what_was_merged_brings_its_photos_along(city: City, tell: Tell, show: Show) -> None:
    parent = tell(ONE, at=NOW - timedelta(days=20))
    child = tell("Look at this.", at=NOW - timedelta(days=19))
    show(child, photo_likeness.scene(3))
    merge.merge(child.pk, parent_id=parent.pk, by=city.dispatcher, at=NOW)
    newer = tell(OTHER, north=90.0)
    show(newer, photo_likeness.scene(3))
    found = queries.candidates_for(city.dispatcher, newer)
    assert "The photos look alike" in found[0].reasons


def test_a_photo_that_comes_after_the_report_makes_the_pair(far_pair, show: Show) -> None:
    older, newer = far_pair
    show(older, photo_likeness.scene(4))
    assert actions.find_for(newer.pk, at=LATER) == 0
    show(newer, photo_likeness.scene(4))
    for event in Event.objects.filter(subject_kind=SUBJECT, subject_id=newer.pk):
        react(event)
    pair = Pair.objects.get()
    assert (pair.older_id, pair.newer_id) == (older.pk, newer.pk)
    assert {"code": "like_photos"} in pair.reasons


def test_photos_that_were_there_before_are_made_comparable(far_pair, show: Show) -> None:
    for request in far_pair:
        show(request, photo_likeness.scene(request.pk))
    looks = list(Attachment.objects.order_by("pk").values_list("looks", flat=True))
    Attachment.objects.update(looks=None)
    assert looks_filling.fill(most=1) == 1
    assert looks_filling.fill() == 1
    assert looks_filling.fill() == 0
    # The thumbnail is a JPEG, and its bits may differ by the few that hang by a thread.
    again = Attachment.objects.order_by("pk").values_list("looks", flat=True)
    for before, after in zip(looks, again, strict=True):
        assert apart(before or NOTHING, after or NOTHING) <= 3


def test_a_photo_whose_file_is_gone_is_not_asked_for_again(far_pair, show: Show) -> None:
    photo = show(far_pair[0], photo_likeness.scene(5))
    kept_photos.path_of(photo.thumbnail).unlink()
    Attachment.objects.update(looks=None)
    assert looks_filling.fill() == 1
    assert looks_filling.fill() == 0
    photo.refresh_from_db()
    assert photo.looks == NOTHING
