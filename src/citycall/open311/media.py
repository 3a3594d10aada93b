"""Pictures that come with a report: uploads, pictures written as text, and addresses of some.

The report is durable by then, so a picture that cannot be kept is told of and loses nothing.
"""

import base64
import binascii
import io
import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import IO, Any, Final, NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.db import Error as DatabaseProblem
from django.utils.translation import gettext as _

from citycall.core.actors import resident
from citycall.core.errors import DomainError
from citycall.exchange import pictures
from citycall.open311.posted_body import Posted
from citycall.service_requests import photos
from citycall.service_requests.actions import tell_more
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import Attachment

log = logging.getLogger(__name__)

MOST_PICTURES: Final = 5
_LONGEST_NAME: Final = 80
_URLS: Final = ("media_url", "media_url[]", "media_urls", "media_urls[]")
_TEXTS: Final = ("media", "media[]")
_WEB: Final = ("http://", "https://")


class _Sent(NamedTuple):
    """One picture: what to call it to the sender, and how to come to its bytes or address."""

    name: str
    opened: Callable[[], IO[bytes]] | None
    url: str = ""


class BadPicture(DomainError):
    """What was sent as a picture is none."""

    code = "bad_picture"


def keep(posted: Posted, *, receipt: Receipt, at: datetime) -> list[str]:
    """Keep the pictures that were sent, and have those fetched that are elsewhere.

    Returns a sentence for each that could not be taken. Sent again, nothing is kept twice.
    """
    sent = list(_sent(posted))
    lost: list[str] = []
    urls: list[str] = []
    for picture in sent[:MOST_PICTURES]:
        try:
            if picture.opened is None:
                urls.append(_web_address(picture.url))
            else:
                _add(picture.opened(), receipt=receipt, at=at)
        except DomainError as error:
            lost.append(_told(picture.name, error.message))
        except (OSError, DatabaseProblem):
            # An answer of 500 would make the sender report the same thing again.
            log.exception("A picture of report %s could not be kept.", receipt.report_id)
            lost.append(_told(picture.name, _("Please send it again later.")))
    if urls:
        pictures.fetch_later(report_id=receipt.report_id, urls=urls, again=receipt.again)
    if len(sent) > MOST_PICTURES:
        lost.append(_("Only the first %(n)d pictures were taken.") % {"n": MOST_PICTURES})
    return lost


def addresses_in(posted: Posted) -> list[str]:
    """The addresses of pictures that were sent, each once."""
    urls = (url for name in _URLS for url in posted.every(name))
    return [url for url in dict.fromkeys(urls) if url.lower().startswith(_WEB)]


def _add(content: IO[bytes], *, receipt: Receipt, at: datetime) -> None:
    tell_more.add_photo(
        receipt.request_id,
        photo=photos.keep(content),
        stage=Attachment.Stage.REPORT,
        by=resident(reports=[receipt.report_id]),
        at=at,
        report_id=receipt.report_id,
    )


def _sent(posted: Posted) -> Iterator[_Sent]:
    """Every picture: each upload under whatever name, then texts and addresses."""
    for upload in posted.uploads:
        yield _Sent(upload.name or _("without a name"), partial(_uploaded, upload))
    for name in (*_TEXTS, *_URLS):
        for text in dict.fromkeys(posted.every(name)):
            if text.lower().startswith(_WEB) or (name in _URLS and not _is_data(text)):
                yield _Sent(text, None, url=text)
            else:
                yield _Sent(name, partial(_decoded, text))


def _is_data(text: str) -> bool:
    return text[:5].lower() == "data:"


def _uploaded(upload: "UploadedFile[Any]") -> IO[bytes]:
    return upload


def _decoded(text: str) -> IO[bytes]:
    """The bytes of a picture that was written as base64, with or without ``data:`` before it."""
    content = text.partition(",")[2] if _is_data(text) else text
    try:
        return io.BytesIO(base64.b64decode("".join(content.split()), validate=True))
    except (binascii.Error, ValueError):
        raise BadPicture(_("It is neither an upload nor base64.")) from None


def _web_address(url: str) -> str:
    if not url.lower().startswith(_WEB) or len(url) > pictures.LONGEST_ADDRESS:
        raise BadPicture(_("It is not an address that begins with https:// or http://."))
    return url


def _told(name: str, why: str) -> str:
    short = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
    return _("The picture “%(name)s” could not be taken: %(why)s") % {"name": short, "why": why}
