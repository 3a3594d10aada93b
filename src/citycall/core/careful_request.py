"""A request whose head is read with care: the web server's process makes them of this class.

Django reads the address as soon as a request names a charset, while the request is being made and
nobody answers for what is wrong with it: a thousand parameters, or a charset that is none, would
end in a bare failure at every door.
"""

import codecs
from functools import lru_cache
from typing import Any, Final

from django.core.handlers.wsgi import WSGIRequest
from django.utils.http import parse_header_parameters

_ASCII: Final = bytes(range(128))


class Request(WSGIRequest):
    """Django's request, except that charset and length are believed only where they can be true.

    A charset must hold ASCII as it is, and a length be a number.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        if not str(environ.get("CONTENT_LENGTH") or "0").isdecimal():
            environ["CONTENT_LENGTH"] = "0"
        super().__init__(environ)

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        told = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        self.content_type, self.content_params = told
        if named := self.content_params.get("charset"):
            self._encoding = named if _holds_ascii(named) else None


@lru_cache(maxsize=64)
def _holds_ascii(charset: str) -> bool:
    try:
        codecs.lookup(charset)
        return _ASCII.decode(charset) == _ASCII.decode("ascii")
    except (LookupError, ValueError, TypeError):
        return False
