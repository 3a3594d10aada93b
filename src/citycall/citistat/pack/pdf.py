"""A paper as PDF: set by Typst from data, tagged for screen readers (PDF/UA-1)."""

import json
import logging
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from citycall.citistat.pack.papers import Document

logger = logging.getLogger(__name__)

_HERE: Final = Path(__file__).parent
_TEMPLATE: Final = _HERE / "pack.typ"
_FONTS: Final = _HERE / "fonts"
# The project's own face first; for other scripts, the machine's.
_FACES: Final = ["Public Sans"]
_REGIONS: Final = {"zh-hans": ("zh", "CN")}
PAPER: Final = "us-letter"


def pdf_of(document: Document) -> bytes:
    """The document as PDF; what it says is handed over as data and never read as markup."""
    import typst

    code = document.language.lower()
    lang, region = _REGIONS.get(code, (code.split("-")[0], None))
    data = {
        **document.plain(),
        "fonts": _FACES,
        "lang": lang,
        "region": region,
        "paper": PAPER,
        "base": settings.PUBLIC_URL,
    }
    given: dict[str, Any] = {
        "sys_inputs": {"data": json.dumps(data)},
        "font_paths": [str(_FONTS)],
    }
    try:
        written: bytes = typst.compile(str(_TEMPLATE), pdf_standards=["ua-1"], **given)
    except typst.TypstError:
        # A character that no font here has forbids the mark of the standard, not the paper.
        logger.warning("A CitiStat paper is set without the mark of PDF/UA-1.", exc_info=True)
        written = typst.compile(str(_TEMPLATE), **given)
    return written
