"""The headers that tell a browser what our pages may do."""

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

HEADERS = (
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "geolocation=(self), camera=(), microphone=(), payment=(), usb=()"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


def security_headers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Add every security header that the view has not set itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", content_security_policy())
        for name, value in HEADERS:
            response.headers.setdefault(name, value)
        return response

    return middleware


def content_security_policy() -> str:
    """What pages may load: from here only, and the map from where a setting says."""
    return _policy(
        getattr(settings, "CITYCALL_MAP_STYLE_URL", ""),
        tuple(getattr(settings, "CITYCALL_MAP_ORIGINS", ())),
    )


@lru_cache(maxsize=8)
def _policy(map_style: str, map_origins: tuple[str, ...]) -> str:
    addresses = [urlsplit(address) for address in (map_style, *map_origins)]
    outside = [f"{each.scheme}://{each.netloc}" for each in addresses if each.netloc]
    maps = "".join(f" {origin}" for origin in dict.fromkeys(outside))
    return "; ".join(
        [
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data: blob:{maps}",
            "font-src 'self'",
            f"connect-src 'self'{maps}",
            "worker-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


class CompressedPages(GZipMiddleware):
    """Send pages compressed, each with a random part against guessing what is in it (BREACH).

    Downloads and pictures go as they are: they are compressed already, or are asked for in parts.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress what is a whole page of HTML."""
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if response.streaming or not is_page:
            return response
        return super().process_response(request, response)
