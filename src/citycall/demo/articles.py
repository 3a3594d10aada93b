"""The demo city's articles, permits and programs, in every language that it speaks."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from ruamel.yaml import YAML

from citycall.agencies.documents import read
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.demo.phrases import LANGUAGES
from citycall.knowledge.actions import save_article
from citycall.knowledge.specs import ArticleSpec

ARTICLES = Path(__file__).with_name("articles.yaml")
PROGRAMS = Path(__file__).with_name("programs.yaml")
SCRIPTS = Path(__file__).with_name("scripts.yaml")
# How many days before the demo was loaded somebody made sure of the scripts.
_CHECKED = 30
Written = dict[str, dict[str, Any]]


def load(*, by: Actor, at: datetime) -> int:
    """Save every article of the demo city, which needs its catalog; returns how many."""
    written: Written = {}
    for file in (ARTICLES, PROGRAMS):
        written |= YAML(typ="safe").load(file)
    for code, fields in (written | dict(_translated(written)) | dict(_scripts())).items():
        save_article(spec=_spec(code, fields, at), by=by, at=at)
    return len(written)


def _scripts() -> Iterator[tuple[str, dict[str, Any]]]:
    """What call-takers read aloud, in each language."""
    for code, told in YAML(typ="safe").load(SCRIPTS).items():
        shared = {
            "kind": "script",
            "used_for": told["use"],
            "services": told.get("services", []),
            "checked": _CHECKED,
        }
        first = settings.LANGUAGE_CODE
        for language, _name in settings.LANGUAGES:
            if language in told:
                own: dict[str, Any] = {"translates": f"script-{code}"}
                if language == first:
                    own = {"keywords": told["keywords"]}
                ending = "" if language == first else f"-{language}"
                fields = {**shared, **told[language], **own, "language": language}
                yield f"script-{code}{ending}", fields


def _translated(written: Written) -> Iterator[tuple[str, dict[str, Any]]]:
    """The articles as each language's file says them; all else is as in the original."""
    for language, _name in settings.LANGUAGES:
        file = LANGUAGES / language / "articles.yaml"
        if not file.exists():
            continue
        for code, said in YAML(typ="safe").load(file).items():
            fields = {**written[code], **said, "language": language, "translates": code}
            yield f"{code}-{language}", fields


def _spec(code: str, fields: dict[str, Any], at: datetime) -> ArticleSpec:
    facts = {name: value for name, value in fields.items() if name != "checked"}
    checked_on = at.astimezone(clock.city_zone()).date() - timedelta(days=fields["checked"])
    return read(ArticleSpec, {"code": code, "checked_on": checked_on, **facts})
