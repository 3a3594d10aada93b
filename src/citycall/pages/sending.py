"""Sending a large file: whole, or the part that was not received yet, and only if it changed."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date, parse_http_date_safe

_AT_ONCE: Final = 1 << 18
# Several ranges in one question are answered with the whole file, as any server may.
_RANGE: Final = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")


class FilePart:
    """The bytes of an open file from ``first`` to ``last``; the file is closed with it."""

    def __init__(self, file: IO[bytes], *, first: int, last: int) -> None:
        self._file = file
        self._left = last - first + 1
        file.seek(first)

    def __iter__(self) -> Iterator[bytes]:
        while self._left > 0 and (data := self._file.read(min(_AT_ONCE, self._left))):
            self._left -= len(data)
            yield data

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def send(
    request: HttpRequest,
    path: Path,
    *,
    size: int,
    digest: str,
    changed_at: datetime,
    media_type: str,
    name: str,
    kept_for: str,
) -> HttpResponseBase:
    """The file, to be saved under ``name``; with Range the part asked for, 304 if it is known.

    ``digest`` tells the content, so that a download can go on in the middle of the very same
    file (If-Range). ``kept_for`` is the Cache-Control. Raises ``FileNotFoundError``.
    """
    tag, changed = f'"{digest[:32]}"', http_date(changed_at.timestamp())
    headers = {
        "ETag": tag,
        "Last-Modified": changed,
        "Accept-Ranges": "bytes",
        "Cache-Control": kept_for,
    }
    told = get_conditional_response(
        request, etag=tag, last_modified=parse_http_date_safe(changed), response=None
    )
    if told is not None:
        return _with(told, headers)
    first, last = 0, size - 1
    asked = _asked(request, tag=tag, changed=changed)
    status = 200
    if asked is not None:
        part = _part(*asked, size=size)
        if part is None:
            return _with(HttpResponse(status=416), {"Content-Range": f"bytes */{size}"})
        first, last = part
        status = 206
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    headers["Content-Length"] = str(last - first + 1)
    headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    body = FilePart(path.open("rb"), first=first, last=last)
    response = StreamingHttpResponse(body, status=status, content_type=media_type)
    return _with(response, headers)


def _asked(request: HttpRequest, *, tag: str, changed: str) -> tuple[str, str] | None:
    """The range's two numbers as they were written, or none for the whole file."""
    found = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if request.method != "GET" or found is None or found.groups() == ("", ""):
        return None
    if "" not in found.groups() and int(found[2]) < int(found[1]):
        return None
    condition = request.headers.get("If-Range", tag)
    return (found[1], found[2]) if condition in {tag, changed} else None


def _part(first: str, last: str, *, size: int) -> tuple[int, int] | None:
    """The first and last byte that are meant; none where the file has no such part."""
    if not first:
        begin, end = max(size - int(last), 0), size - 1
    else:
        begin, end = int(first), min(int(last or size), size - 1)
    return (begin, end) if begin <= end else None


def _with(response: HttpResponseBase, headers: dict[str, str]) -> HttpResponseBase:
    for name, value in headers.items():
        response.headers[name] = value
    return response
