"""The demo city's catalog in the other languages it speaks: one translator's file for each."""

from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings

from citycall.core.actors import Actor
from citycall.exchange.phrase_file import import_phrases

LANGUAGES: Final = Path(__file__).parent / "languages"


def load(*, by: Actor, at: datetime) -> int:
    """Take in every language that is offered and written; returns how many phrases changed."""
    spoken = [code for code, _name in settings.LANGUAGES]
    files = [(code, LANGUAGES / code / "phrases.po") for code in spoken]
    return sum(
        import_phrases(file.read_bytes(), language=code, by=by, at=at).changed
        for code, file in files
        if file.exists()
    )
