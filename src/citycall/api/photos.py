"""Photos: uploaded first, then named in a report; public ones for everyone to see."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, UploadedFile
from pydantic import BaseModel, Field

from citycall.api import photo_handles
from citycall.api.conditions import PRIVATE, PUBLIC, document, matches
from citycall.api.keys import ANYBODY, Key, actor_of
from citycall.api.naming import Id, id_named
from citycall.api.telling import told
from citycall.core.errors import NotFound
from citycall.service_requests import photos, public
from citycall.service_requests.actions import submit as submitting
from citycall.service_requests.policies import SUBMIT_SCOPE

router = Router(tags=["Photos"])


class UploadOut(BaseModel):
    """A stored photo: re-encoded as JPEG without what the camera wrote into it."""

    photo: str = Field(description="Its handle, to be named in a report within a day.")
    width: int
    height: int
    size: int = Field(description="Bytes.")


@router.post(
    "/photos",
    auth=Key(SUBMIT_SCOPE),
    **told(
        "upload_photo",
        "Upload a photo for a report",
        gives=UploadOut,
        status=201,
        problems=(400,),
    ),
)
def upload(request: HttpRequest, photo: UploadedFile) -> HttpResponse:
    """One picture (JPEG, PNG, WebP, HEIC or GIF) of at most 15 MB as the field `photo`."""
    submitting.allow(actor_of(request))
    if photo.file is None:
        raise photos.BadPhoto(_("This file is empty."), field="photo")
    kept = photos.keep(photo.file)
    return document(
        {
            "photo": photo_handles.write(kept),
            "width": kept.width,
            "height": kept.height,
            "size": kept.size,
        },
        status=201,
    )


@router.get(
    "/photos/{photo_id}",
    auth=ANYBODY,
    **told(
        "get_photo",
        "A photo",
        gives=bytes,
        conditional=True,
        media_type="image/jpeg",
    ),
)
def photo(
    request: HttpRequest, photo_id: Id, size: Literal["large", "small"] = "large"
) -> HttpResponse:
    """A photo that was made public; with a key, also those of requests that the key may read."""
    found = public.photo_for(actor_of(request), id_named(photo_id))
    name = found.thumbnail if size == "small" else found.file
    cache = PUBLIC if public.is_for_everyone(found) else PRIVATE
    tag = f'"{name}"'
    if matches(request.META.get("HTTP_IF_NONE_MATCH", ""), tag):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    else:
        response = _picture(name)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = cache
    response.headers["Vary"] = "Authorization"
    return response


def _picture(name: str) -> HttpResponse:
    try:
        response = HttpResponse(photos.path_of(name).read_bytes(), content_type="image/jpeg")
    except FileNotFoundError:
        raise NotFound(_("There is no such photo.")) from None
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
