"""The catalog in another language."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from citycall.catalog.actions import save_service
from citycall.catalog.queries import catalog
from citycall.catalog.specs import ServiceSpec
from citycall.core import phrases
from citycall.core.actors import SYSTEM
from tests import city

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

SPOKEN = {
    "Broken light": "Luz rota",
    "Lights": "Luces",
    "lamp, dark": "farola, oscuro",
    "Is a wire down?": "¿Hay un cable caído?",
    "Yes": "Sí",
    "Call 911 now.": "Llame al 911 ahora.",
    "Waiting for parts": "En espera de piezas",
    "Streets Department": "Departamento de Calles",
}


@pytest.fixture(autouse=True)
def _city(db: None) -> None:
    city.build()
    light = {
        "code": "light",
        "name": "Broken light",
        "group": "Lights",
        "keywords": ["lamp", "dark"],
        "agency": "streets",
        "outcomes": ["fixed"],
        "hold_reasons": [{"code": "parts", "name": "Waiting for parts"}],
        "questions": [
            {
                "code": "wire",
                "text": "Is a wire down?",
                "datatype": "singlevaluelist",
                "choices": [{"key": "yes", "name": "Yes"}],
                "stops": [{"when": ["yes"], "kind": "emergency", "text": "Call 911 now."}],
            }
        ],
    }
    save_service(spec=ServiceSpec.model_validate(light), by=SYSTEM, at=AT)
    phrases.write(SPOKEN, language="es", by=SYSTEM, at=AT)


def test_every_text_of_a_service_is_said() -> None:
    with translation.override("es"):
        spec = catalog().service("light").spec
    question = spec.questions[0]
    said = (
        spec.name,
        spec.group,
        spec.hold_reasons[0].name,
        question.text,
        question.choices[0].name,
        question.stops[0].text,
    )
    assert said == (
        "Luz rota",
        "Luces",
        "En espera de piezas",
        "¿Hay un cable caído?",
        "Sí",
        "Llame al 911 ahora.",
    )


def test_it_is_found_by_keywords_of_both_languages() -> None:
    with translation.override("es"):
        assert catalog().service("light").spec.keywords == ("farola", "oscuro", "lamp", "dark")


def test_codes_and_keys_stay() -> None:
    with translation.override("es"):
        question = catalog().service("light").spec.questions[0]
    assert (question.code, question.choices[0].key) == ("wire", "yes")


def test_groups_are_made_of_the_said_names() -> None:
    with translation.override("es"):
        assert "Luces" in [group.name for group in catalog().groups]


def test_the_first_language_is_as_it_was_written() -> None:
    with translation.override("es"):
        catalog()
    assert catalog().service("light").name == "Broken light"


def test_it_is_the_same_object_until_something_changes() -> None:
    with translation.override("es"):
        assert catalog() is catalog()
