"""The demo city speaks every language that is offered, with nothing left out."""

from datetime import UTC, datetime

import pytest
from django.conf import settings

from citycall.demo import loading
from citycall.exchange import phrase_file
from citycall.knowledge.models import Article
from citycall.knowledge.picture import told

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
OTHERS = [code for code, _name in settings.LANGUAGES[1:]]


@pytest.mark.slow
@pytest.mark.django_db
def test_the_demo_city_says_everything_in_every_language(settings, tmp_path) -> None:
    settings.MAPS = tmp_path
    loading.load_city(at=AT)
    for language in OTHERS:
        assert phrase_file.missing(language) == (), language
        for alert in told().alerts:
            assert alert.said(language)[2] == language, (language, alert.code)
    originals = set(Article.objects.filter(translates="").values_list("code", flat=True))
    for language in OTHERS:
        rows = Article.objects.filter(language=language, published=True)
        assert set(rows.values_list("translates", flat=True)) == originals, language
