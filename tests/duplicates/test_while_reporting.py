"""What may be known already, while it is being reported: the likeliest first, with reasons."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bench import photo_likeness
from citycall.catalog.queries import catalog
from citycall.core.actors import SYSTEM, Actor, resident
from citycall.duplicates import while_reporting
from citycall.duplicates.while_reporting import Likely, Telling
from citycall.service_requests import photos
from citycall.service_requests.actions import close, tell_more
from citycall.service_requests.models import Attachment, Channel, ServiceRequest
from citycall.service_requests.photo_looks import looks_of
from tests.city import NOW, City, draft

from .conftest import Tell

LATER = NOW + timedelta(hours=5)
HERE = draft().location
Near = Callable[..., list[Likely]]


@pytest.fixture(autouse=True)
def _uploads(tmp_path: Any, settings: Any) -> None:
    settings.UPLOADS = tmp_path


@pytest.fixture
def near(city: City) -> Near:
    """What a resident, or somebody else, is told of a pothole here with these words."""

    def found(
        words: str = "", *, by: Actor | None = None, service: str = "pothole", **told: Any
    ) -> list[Likely]:
        return list(
            while_reporting.known_near(
                catalog().service(service),
                HERE,
                told=Telling(words=words, **told),
                by=by or resident(),
                at=LATER,
            )
        )

    return found


def ids(found: list[Likely]) -> list[int]:
    return [each.problem.request_id for each in found]


BLUE = "Deep hole beside the blue mailbox, a cyclist fell"


def test_published_words_outweigh_some_metres(tell: Tell, near: Near) -> None:
    close_by = tell("Crack along the curb", north=4.0, channel=Channel.OPEN311)
    same = tell(BLUE, north=9.0, channel=Channel.OPEN311)
    found = near("By the blue mailbox, deep hole, cyclist fell")
    assert ids(found) == [same.pk, close_by.pk]
    assert found[0].probability > found[1].probability
    assert "Both write: blue, cyclist, deep" in found[0].reasons


def test_words_that_are_not_public_tell_residents_nothing(tell: Tell, near: Near) -> None:
    """Neither by reasons nor by the order."""
    tell("Crack along the curb", north=4.0)
    tell(BLUE, north=9.0)
    silent = near("")
    told = near(BLUE)
    assert ids(told) == ids(silent)
    assert not any("write" in reason for each in told for reason in each.reasons)


def test_staff_who_may_read_everything_profit_from_all_words(
    city: City, tell: Tell, near: Near
) -> None:
    close_by = tell("Crack along the curb", north=4.0)
    same = tell(BLUE, north=9.0)
    assert ids(near(BLUE, by=city.call_taker)) == [same.pk, close_by.pk]
    assert ids(near(BLUE, by=city.crew)) == [close_by.pk, same.pk]


def test_what_stands_there_anyway_is_no_reason(tell: Tell, near: Near) -> None:
    tell("", north=9.0)
    assert near("")[0].reasons == ()


def test_only_what_is_known_to_everyone_is_offered(city: City, tell: Tell, near: Near) -> None:
    over = tell(BLUE)
    close.cancel(over.pk, reason="A mistake", by=city.call_taker, at=NOW)
    tell(BLUE, service="graffiti")
    tell(BLUE, north=150.0)
    assert near(BLUE, by=city.call_taker) == []
    assert near(BLUE, service="graffiti") == []


def test_three_are_shown_of_many(tell: Tell, near: Near) -> None:
    for n in range(5):
        tell("A hole", north=5.0 * n)
    assert len(near("A hole")) == 3


def show(request: ServiceRequest, number: int, *, public: bool) -> int:
    scene = photo_likeness.scene(number)
    out = io.BytesIO()
    scene.save(out, "PNG")
    kept = photos.keep(io.BytesIO(out.getvalue()))
    stage = Attachment.Stage.REPORT
    added = tell_more.add_photo(request.pk, photo=kept, stage=stage, by=SYSTEM, at=NOW)
    Attachment.objects.filter(pk=added.pk).update(public=public)
    return looks_of(photo_likeness.COPIES["brighter by 30%"](scene))


def test_a_public_photo_that_looks_like_mine_comes_first(tell: Tell, near: Near) -> None:
    close_by = tell("", north=2.0)
    shown = tell("", north=30.0)
    looks = show(shown, 1, public=True)
    found = near(looks=(looks,))
    assert ids(found) == [shown.pk, close_by.pk]
    assert "The photos look alike" in found[0].reasons


def test_a_photo_that_is_not_public_tells_nothing(city: City, tell: Tell, near: Near) -> None:
    close_by = tell("", north=2.0)
    hidden = tell("", north=30.0)
    looks = show(hidden, 1, public=False)
    assert ids(near(looks=(looks,))) == [close_by.pk, hidden.pk]
    assert ids(near(looks=(looks,), by=city.call_taker)) == [hidden.pk, close_by.pk]
