"""Every kind of event and every state has words for a resident."""

from datetime import UTC, datetime

import pytest

from citycall.pages import sentences
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Status
from citycall.service_requests.public import Happening

AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("by_reporter", [True, False])
def test_every_kind_of_event_has_a_title(db: None, kind: Kind, by_reporter: bool) -> None:
    happening = Happening(kind=kind.value, at=AT, by_reporter=by_reporter, facts={}, words="")
    assert sentences.TITLES[kind](happening)


def test_every_state_has_a_sentence() -> None:
    assert set(sentences.STATES) == set(Status)
