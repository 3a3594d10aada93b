"""Whatever everyone may know of a request has its sentence for other systems."""

from citycall.manage.webhook_forms import KINDS
from citycall.open311.happenings import sentence


def test_every_kind_that_everyone_may_know_of_has_a_sentence_of_its_own() -> None:
    unknown = sentence("no such kind")
    assert [kind for kind in KINDS if sentence(kind) == unknown] == []
