"""Names one after another."""

import pytest
from django.template import Context, Template
from django.utils import translation

from citycall.pages.lists import listed


@pytest.mark.parametrize(
    ("language", "told"), [("en", "A, B"), ("ar", "A، B"), ("zh-hans", "A、B")]
)
def test_names_are_separated_as_the_language_does(language: str, told: str) -> None:
    with translation.override(language):
        assert listed(["A", "", "B"]) == told
        page = Template("{% load citycall_pages %}{{ names|listed }}")
        assert page.render(Context({"names": ["A", "B"]})) == told
