"""Learning from the city's own requests, and whose words are learned."""

from datetime import timedelta

import numpy as np
import pytest

from citycall.assistant.actions import KEPT, TooLittleHistory, train
from citycall.assistant.grams import pieces
from citycall.assistant.model import Model
from citycall.assistant.models import TrainedModel
from citycall.assistant.queries import SUGGESTIONS, Certainty, suggest
from citycall.catalog.queries import catalog
from citycall.core.actors import SYSTEM
from citycall.core.errors import NotAllowed
from citycall.service_requests.models import Report
from tests.assistant.town import remember, tell
from tests.city import NOW, City


def learned(row: TrainedModel) -> Model:
    return Model.from_bytes(bytes(row.content))


def test_what_was_learned_is_suggested_at_once(city: City) -> None:
    remember(city)
    assert suggest("my tire hit something").certainty is Certainty.NOTHING
    row = train(by=SYSTEM, at=NOW)
    suggested = suggest("my tire hit something")
    assert suggested.is_sure
    assert suggested.services[0].code == "pothole"
    assert (row.examples, row.services) == (500, 3)
    assert row.measured["first"] > 0.9


def test_only_administrators_may_have_it_learn(city: City) -> None:
    with pytest.raises(NotAllowed):
        train(by=city.dispatcher, at=NOW)


def test_too_little_history_changes_nothing(city: City) -> None:
    remember(city, 20)
    with pytest.raises(TooLittleHistory, match="too few requests"):
        train(by=SYSTEM, at=NOW)
    assert not TrainedModel.objects.exists()


def test_a_corrected_service_is_what_is_learned(city: City) -> None:
    lamp = city.services["pothole"].__class__.objects.get(code="lamp-out")
    for request in remember(city):
        if "tire" in request.reports.get().words:
            request.service = lamp
            request.save()
    train(by=SYSTEM, at=NOW)
    assert suggest("my tire hit a hole").services[0].code == "lamp-out"


def test_a_merged_request_is_of_its_parents_service(city: City) -> None:
    requests = remember(city)
    parent = tell(city, "lamp-out", "lights blink all night")
    for request in requests:
        if "tire" in request.reports.get().words:
            request.status, request.merged_into = "merged", parent
            request.save()
    train(by=SYSTEM, at=NOW)
    assert suggest("my tire hit a hole").services[0].code == "lamp-out"


def test_what_was_cancelled_or_erased_is_not_learned(city: City) -> None:
    requests = remember(city, 520)
    for request in requests[:10]:
        request.status = "cancelled"
        request.save()
    Report.objects.filter(service_request__in=requests[10:20]).update(words="")
    assert train(by=SYSTEM, at=NOW).examples == 500


def test_only_so_many_of_the_latest_are_learned_from(city: City) -> None:
    requests = remember(city)
    row = train(by=SYSTEM, at=NOW, most=400)
    assert row.examples == 400
    assert row.data_until == requests[-1].requested_at


def test_words_of_private_services_are_not_in_the_model(city: City) -> None:
    remember(city, 500, kinds=(1, 2, 3))
    model = learned(train(by=SYSTEM, at=NOW))
    said_in_private = pieces("spray graffiti tagged")[0]
    assert not np.isin(said_in_private, model.words.digests).any()
    assert np.isin(pieces("pothole")[0], model.words.digests).all()
    assert city.services["graffiti"].pk in model.services


def test_old_models_are_kept_for_a_while_only(city: City) -> None:
    remember(city, 320)
    for day in range(KEPT + 2):
        train(by=SYSTEM, at=NOW + timedelta(days=day))
    assert TrainedModel.objects.count() == KEPT
    assert SUGGESTIONS.get() is not None
    latest = TrainedModel.objects.order_by("-id").first()
    assert latest is not None
    assert latest.made_at == NOW + timedelta(days=KEPT + 1)


def test_something_else_is_never_learned_as_an_answer(city: City) -> None:
    remember(city)
    for _each in range(40):
        tell(city, "something-else", "an odd matter of the mayor's parade")
    train(by=SYSTEM, at=NOW)
    found = suggest("an odd matter of the parade")
    assert not found.is_sure
    assert catalog().service("something-else") not in found.services
