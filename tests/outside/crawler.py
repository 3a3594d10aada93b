"""One HTTP client without cookies that follows every address a site gives away."""

import gzip
import html
import io
import json
import re
import time
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import httpx
import pyarrow.parquet as pq

# A page's list of pages ends somewhere; a calendar's might not.
MOST: Final = 6_000
_ATTRIBUTES: Final = re.compile(
    r"""\b(?:href|src|action|content|poster|data-[\w-]+)\s*=\s*["']([^"']+)["']""", re.IGNORECASE
)
# Addresses in JSON, XML, calendars and scripts: whole ones, and paths between quotation marks.
_WHOLE: Final = re.compile(r"https?://[^\s\"'<>\\)]+")
_PATHS: Final = re.compile(r"""["'`>](/[A-Za-z0-9][^\s"'`<>\\{}$]*)["'`<]""")
_FORMS: Final = re.compile(r"<form\b[^>]*>.*?</form>", re.IGNORECASE | re.DOTALL)
_TEXTUAL: Final = ("text/", "json", "xml", "javascript", "calendar", "manifest", "yaml", "svg")


@dataclass
class Answer:
    """What one address answered: all of it, unpacked, as text that can be looked through."""

    url: str
    status: int
    kind: str
    text: str
    headers: str


@dataclass
class Crawl:
    """Where the client has been, what it was answered, and the addresses still to be asked."""

    site: str
    most: int = MOST
    answers: list[Answer] = field(default_factory=list)
    seconds: float = 0.0
    _seen: set[str] = field(default_factory=set)
    _todo: deque[str] = field(default_factory=deque)

    def add(self, addresses: Iterable[str], *, base: str = "") -> None:
        """Ask these too, where they are the site's own and new."""
        for address in addresses:
            url, _fragment = urldefrag(urljoin(base or self.site, address))
            if url.startswith(self.site + "/") and url not in self._seen:
                self._seen.add(url)
                self._todo.append(url)

    def run(self) -> None:
        """Ask until nothing new is found; raises where there is no end to it."""
        begun = time.monotonic()
        with httpx.Client(timeout=60) as client:
            while self._todo:
                if len(self.answers) >= self.most:
                    raise AssertionError(f"no end after {self.most}: {list(self._todo)[:20]}")
                self._ask(client, self._todo.popleft())
        self.seconds += time.monotonic() - begun

    def _ask(self, client: httpx.Client, url: str) -> None:
        client.cookies.clear()
        response = client.get(url)
        kind = response.headers.get("content-type", "").split(";")[0]
        self.answers.append(
            Answer(
                url=url,
                status=response.status_code,
                kind=kind,
                text="\n".join(_texts(response.content, kind)),
                headers=unquote(str(response.headers)),
            )
        )
        self.add(self._links(response, kind), base=url)

    def _links(self, response: httpx.Response, kind: str) -> Iterator[str]:
        if "location" in response.headers:
            yield response.headers["location"]
        if "link" in response.headers:
            yield from re.findall(r"<([^>]+)>", response.headers["link"])
        if kind and not any(part in kind for part in _TEXTUAL):
            return
        text = response.text
        # The framework's own libraries speak of addresses that are none.
        if "/vendor/" in str(response.url):
            return
        if "html" in kind:
            text = html.unescape(_without_sending(text))
            yield from (each for each in _ATTRIBUTES.findall(text) if "/" in each or "?" in each)
        yield from (each.rstrip(".,;") for each in _WHOLE.findall(text))
        yield from _PATHS.findall(text)


def _without_sending(text: str) -> str:
    """The page without where its forms are sent: asking is not telling."""
    return _FORMS.sub(
        lambda found: (
            re.sub(r'action="[^"]*"', "", found[0], count=1)
            if re.search(r'method="?post', found[0], re.IGNORECASE)
            else found[0]
        ),
        text,
    )


def _texts(content: bytes, kind: str) -> Iterator[str]:
    """All that a body says: as it is, read as what it is, and unpacked."""
    yield _plain(content)
    if content[:2] == b"\x1f\x8b":
        yield from _texts(gzip.decompress(content), "")
    elif content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name
                yield from _texts(archive.read(name), "")
    elif content[:4] == b"PAR1":
        table = pq.read_table(io.BytesIO(content))
        yield json.dumps(table.to_pylist(), default=str)
        yield str(table.schema.metadata)


def _plain(content: bytes) -> str:
    text = content.decode("utf-8", "replace")
    # The same words in the ways that pages, JSON and addresses write them.
    return "\n".join({text, html.unescape(text), unquote(text), _unescaped(text)})


def _unescaped(text: str) -> str:
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


def path_of(url: str) -> str:
    """The path of an address."""
    return urlsplit(url).path
