"""What programs can ask of this city, with examples that run."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citycall.core import clock
from citycall.web import api_reference, worked_examples
from citycall.web.worked_examples import EXAMPLES, LANGUAGES, Sample


@require_safe
def developers(request: HttpRequest) -> HttpResponse:
    """What is there for programs, how do I get a key, and how does it work?"""
    sample = worked_examples.sample(at=clock.now())
    context = {
        "address": settings.PUBLIC_URL,
        "contact": settings.CITYCALL_CONTACT,
        "contact_link": _link(settings.CITYCALL_CONTACT),
        "sandbox_key": sample.key,
        "calls_per_minute": settings.CITYCALL_CALLS_PER_MINUTE,
        "examples": _shown(sample),
    }
    return render(request, "web/developers/developers.html", context)


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Which operations has the JSON API, and what do they take and answer?"""
    context = {"address": settings.PUBLIC_URL, **api_reference.reference()}
    return render(request, "web/developers/reference.html", context)


@require_safe
def example(request: HttpRequest, name: str) -> HttpResponse:
    """One example as a file, with this city's address and key in it."""
    found = worked_examples.find(name)
    if found is None:
        raise Http404(_("There is no such example."))
    _example, language = found
    text = worked_examples.source(*found, worked_examples.sample(at=clock.now()).values)
    response = HttpResponse(text, content_type=f"{language.media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-cache"
    return response


def _shown(sample: Sample) -> list[dict[str, object]]:
    values = sample.values
    return [
        {
            "about": each,
            "address": worked_examples.written(each.reads, values),
            "programs": [
                {
                    "language": language,
                    "name": each.file_name(language),
                    "text": worked_examples.source(each, language, values).rstrip(),
                }
                for language in LANGUAGES
            ],
        }
        for each in EXAMPLES
    ]


def _link(contact: str) -> str:
    """Where a contact leads; empty for one that is not an address."""
    if contact.startswith(("https://", "http://")):
        return contact
    return f"mailto:{contact}" if "@" in contact and " " not in contact else ""
