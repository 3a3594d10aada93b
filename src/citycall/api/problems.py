"""How this door says what is wrong: RFC 9457 problem+json."""

import json
import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from citycall.core.errors import DomainError, Faults

log = logging.getLogger(__name__)


def answer(status: int, title: str, *, code: str, **more: Any) -> HttpResponse:
    """One problem document."""
    body = {"type": "about:blank", "status": status, "title": title, "code": code, **more}
    return HttpResponse(json.dumps(body), status=status, content_type="application/problem+json")


def add_handlers(api: NinjaAPI) -> None:
    """Turn every failure that a caller can put right into a problem document."""

    @api.exception_handler(DomainError)
    def _domain(request: HttpRequest, error: DomainError) -> HttpResponse:
        faults = error.faults if isinstance(error, Faults) else {}
        if error.field and not faults:
            faults = {error.field: error.message}
        return answer(error.status, error.message, code=error.code, faults=faults)

    @api.exception_handler(ValidationError)
    def _shape(request: HttpRequest, error: ValidationError) -> HttpResponse:
        faults = {
            ".".join(str(part) for part in fault["loc"][1:] if part != "body"): fault["msg"]
            for fault in error.errors
        }
        title = _("The request body is not as documented.")
        return answer(422, title, code="bad_shape", faults=faults)

    @api.exception_handler(AuthenticationError)
    def _key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return answer(401, _("This call needs an API key."), code="key_missing")
