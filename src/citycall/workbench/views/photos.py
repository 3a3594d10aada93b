"""Photos that wait for a person, and the page of one: blurred, published, put back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.pages.staff import links_for, staff_only
from citycall.privacy import photo_reviews
from citycall.privacy.finding import Box
from citycall.privacy.photo_reviews import NoReason
from citycall.service_requests.models import Attachment
from citycall.workbench.photo_forms import BlurForm, PutBackForm


@require_safe
@staff_only
def queue(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The oldest photos that may be public and that nobody has looked at."""
    context = {"photos": photo_reviews.waiting(actor), "staff_links": links_for(actor)}
    return render(request, "workbench/photos.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def one(request: HttpRequest, actor: Actor, attachment_id: int) -> HttpResponse:
    """A photo with what was found in it: GET shows, POST decides."""
    photo = photo_reviews.get_for(actor, attachment_id)
    found = photo_reviews.found_in(photo)
    form = BlurForm(
        request.POST or None, boxes=found or [], public=photo_reviews.may_publish(photo)
    )
    if request.method == "POST" and form.is_valid():
        try:
            photo_reviews.decide(
                attachment_id,
                boxes=form.chosen(),
                publish=form.cleaned_data["becomes"] == "public",
                keep=form.cleaned_data["original"] == "keep",
                by=actor,
                at=clock.now(),
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Your decision about the photo is kept."))
            return redirect("workbench:photos")
    return _page(request, actor, photo, found, form)


@require_POST
@staff_only
def undo(request: HttpRequest, actor: Actor, attachment_id: int) -> HttpResponse:
    """Put the original back, and say why."""
    form = PutBackForm(request.POST)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            photo_reviews.undo(attachment_id, reason=reason, by=actor, at=clock.now())
        except NoReason as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("The original is back, and the photo is not public."))
            return redirect("workbench:photo-review", attachment_id)
    photo = photo_reviews.get_for(actor, attachment_id)
    found = photo_reviews.found_in(photo)
    empty = BlurForm(None, boxes=found or [], public=photo_reviews.may_publish(photo))
    return _page(request, actor, photo, found, empty, put_back=form)


def _page(
    request: HttpRequest,
    actor: Actor,
    photo: Attachment,
    found: list[Box] | None,
    form: BlurForm,
    *,
    put_back: PutBackForm | None = None,
) -> HttpResponse:
    review = photo_reviews.review_of(photo)
    context = {
        "photo": photo,
        "number": numbers.show(photo.service_request.number),
        "looked": found is not None,
        "found": found,
        "form": form,
        "wrong": put_back if put_back is not None else form,
        "put_back": put_back if put_back is not None else PutBackForm(),
        "review": review,
        "kept_until": review.at + photo_reviews.KEPT_FOR if review is not None else None,
        "staff_links": links_for(actor),
    }
    status = 422 if form.errors or put_back is not None else 200
    return render(request, "workbench/photo_review.html", context, status=status)
