"""The language that a page speaks: chosen by the reader and remembered, else the browser's own."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from citycall.core import phrases

# Any address says which language is wanted, so that a link or a printed code can choose it.
ASKED: Final = "language"
# What is the same in every language: shared caches may keep one copy of it.
_WITHOUT_WORDS: Final = ("image/", "font/", "application/vnd.mapbox-vector-tile")


def same_page(request: HttpRequest, language: str) -> str:
    """The address of the page that is being read, in another language."""
    asked = request.GET.copy()
    asked[ASKED] = language
    return f"?{asked.urlencode()}"


def spoken_language(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer in the language that the address asks for, the cookie remembers or the browser wants.

    The language is this request's alone: the thread speaks the city's first language afterwards,
    since machines' doors are answered by the same threads.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = _offered(request.GET.get(ASKED, ""))
        language = asked or translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
        kind = response.headers.get("Content-Type", "")
        if not kind.startswith(_WITHOUT_WORDS):
            response.headers.setdefault("Content-Language", language)
            if not asked:
                patch_vary_headers(response, ("Accept-Language", "Cookie"))
        if asked and kind.startswith("text/html") and not _is_remembered(request, asked):
            remember(response, asked)
        return response

    return middleware


def _offered(code: str) -> str:
    """The code where this language is offered, else empty."""
    return code if phrases.is_offered(code) else ""


def _is_remembered(request: HttpRequest, language: str) -> bool:
    return request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) == language


def remember(response: HttpResponse, language: str) -> None:
    """Let this browser speak the language from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
