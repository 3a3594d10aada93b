"""Hiding what should not be public in what people wrote."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import NotAllowed
from citycall.pages.staff import links_for, staff_only
from citycall.privacy import redacting
from citycall.privacy.redacting import NothingToHide
from citycall.service_requests import queries
from citycall.workbench.redaction_forms import RedactForm


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def redact(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Choose or write what is hidden, wherever it stands in the request."""
    problem = queries.get_for(actor, numbers.read(number))
    if not redacting.may(actor, "redact", problem):
        raise NotAllowed(_("You do not have permission to do this."))
    form = RedactForm(request.POST or None, found=redacting.found_in(problem))
    if request.method == "POST" and form.is_valid():
        try:
            count = redacting.hide(
                problem.pk,
                passages=form.passages(),
                reason=form.cleaned_data["reason"],
                keep=form.cleaned_data["original"] == "keep",
                by=actor,
                at=clock.now(),
            )
        except NothingToHide as error:
            form.add_error(error.field or None, error.message)
        else:
            done = ngettext("Hidden in %(n)s text.", "Hidden in %(n)s texts.", count)
            messages.success(request, done % {"n": count})
            return redirect("workbench:request", number=numbers.show(problem.number))
    reads = redacting.may(actor, "read_redacted", problem)
    context = {
        "number": numbers.show(problem.number),
        "form": form,
        "texts": [each.text for each in redacting.texts_of(problem) if each.text],
        "originals": redacting.originals(problem, by=actor) if reads else [],
        "staff_links": links_for(actor),
    }
    status = 422 if form.errors else 200
    return render(request, "workbench/redact.html", context, status=status)
