"""Photos that wait for a person, and the page of one: blurred, published, put back."""

from hashlib import sha256

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.pages.staff import links_for, staff_only
from citycall.privacy import photo_reviews
from citycall.privacy.photo_reviews import NoReason, PhotoChanged
from citycall.service_requests.models import Attachment
from citycall.workbench.photo_forms import BlurForm, PutBackForm, Seen


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
    if request.method != "POST":
        return _page(request, actor, photo, _form(photo, _look(photo)))
    seen = Seen.read(request.POST.get("seen", ""))
    if seen is None or seen.file != photo.file:
        return _changed(request, actor, photo)
    form = _form(photo, seen, request.POST)
    if form.is_valid():
        try:
            photo_reviews.decide(
                attachment_id,
                boxes=form.chosen(),
                publish=form.cleaned_data["becomes"] == "public",
                keep=form.cleaned_data["original"] == "keep",
                by=actor,
                at=clock.now(),
                looked_at=seen.file,
            )
        except PhotoChanged:
            return _changed(request, actor, photo_reviews.get_for(actor, attachment_id))
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Your decision about the photo is kept."))
            return redirect("workbench:photos")
    return _page(request, actor, photo, form)


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
    return _page(request, actor, photo, _form(photo, _look(photo)), put_back=form)


def _look(photo: Attachment) -> Seen:
    return Seen(photo.file, photo_reviews.found_in(photo))


def _form(photo: Attachment, seen: Seen, told: QueryDict | None = None) -> BlurForm:
    return BlurForm(told, seen=seen, public=photo_reviews.may_publish(photo))


def _changed(request: HttpRequest, actor: Actor, photo: Attachment) -> HttpResponse:
    """The photo as it is now, all that is found in it ticked, with what else was chosen."""
    seen, told = _look(photo), request.POST.copy()
    told["seen"] = seen.signed()
    told.setlist("found", [str(n) for n in range(len(seen.found or []))])
    form, error = _form(photo, seen, told), PhotoChanged()
    form.add_error(None, error.message)
    return _page(request, actor, photo, form, status=error.status)


def _page(
    request: HttpRequest,
    actor: Actor,
    photo: Attachment,
    form: BlurForm,
    *,
    put_back: PutBackForm | None = None,
    status: int = 0,
) -> HttpResponse:
    review = photo_reviews.review_of(photo)
    context = {
        "photo": photo,
        # A browser keeps pictures for a while: one that was blurred has another address.
        "version": sha256(photo.file.encode()).hexdigest()[:12],
        "number": numbers.show(photo.service_request.number),
        "looked": form.looked.found is not None,
        "found": form.looked.found,
        "form": form,
        "wrong": put_back if put_back is not None else form,
        "put_back": put_back if put_back is not None else PutBackForm(),
        "review": review,
        "kept_until": review.at + photo_reviews.KEPT_FOR if review is not None else None,
        "staff_links": links_for(actor),
    }
    status = status or (422 if form.errors or put_back is not None else 200)
    return render(request, "workbench/photo_review.html", context, status=status)
