"""When the systems are down: kits to be ready, and what they took brought back."""

import zipfile
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from citycall.console.continuity_forms import CardForm, MakeForm, MergeForm
from citycall.continuity import queries
from citycall.continuity.actions.make import MadeKit, make_kits
from citycall.continuity.actions.take_in import MOST_FILES, Handed, take_in
from citycall.continuity.cards import cards_html
from citycall.continuity.export_file import MOST_BYTES
from citycall.continuity.kit_file import kit_files
from citycall.continuity.models import Kit, Merge
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Faults
from citycall.pages.staff import links_for, staff_only

_IN_MEMORY = 5_000_000
_ROWS = 100


@require_safe
@staff_only
def page(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Are we ready, and is everything back?"""
    return _page(request, actor)


def _page(
    request: HttpRequest, actor: Actor, *, status: int = 200, **shown: Any
) -> HttpResponseBase:
    at = clock.now()
    kits = queries.kits(by=actor)
    context = {
        "kits": kits,
        "kits_are_old": queries.are_old(kits, at=at),
        "merges": queries.merges(by=actor),
        "changed": queries.changed(by=actor),
        "page": queries.waiting(
            by=actor,
            older_than=request.GET.get("older", ""),
            newer_than=request.GET.get("newer", ""),
        ),
        "may_make": queries.may_make(actor),
        "make_form": MakeForm(initial={"kind": Kit.Kind.LAPTOP.value}),
        "merge_form": MergeForm(),
        "card_form": CardForm(),
        "now": at,
        "staff_links": links_for(actor),
        **shown,
    }
    return render(request, "console/continuity.html", context, status=status)


@require_POST
@staff_only
def make(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Set numbers aside, and hand over the files of the kits or cards."""
    form = MakeForm(request.POST)
    if not form.is_valid():
        return _page(request, actor, status=422, make_form=form)
    at, told = clock.now(), form.cleaned_data
    kind = Kit.Kind(told["kind"])
    count = told["kits"] if kind is Kit.Kind.LAPTOP else 1
    made = make_kits(count=count, size=told["numbers"], kind=kind, by=actor, at=at)
    if kind is Kit.Kind.CARDS:
        return _download(cards_html(made[0]).encode(), f"citycall-cards-{made[0].kit.code}.html")
    files = kit_files(made, at=at)
    if len(made) == 1:
        name, content = next(files)
        return _download(content, name)
    name = f"citycall-kits-{made[0].kit.code}.zip"
    return FileResponse(_packed(made, files), as_attachment=True, filename=name)


def _download(content: bytes, name: str) -> HttpResponse:
    # Not shown in this site's name: it is for the disk of a laptop.
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _packed(made: tuple[MadeKit, ...], files: Any) -> IO[bytes]:
    packed = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  (the response closes it)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    packed.seek(0)
    return packed


@require_POST
@staff_only
def merge(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Take files in, and show what became of them."""
    uploads = request.FILES.getlist("exports")
    handed = [
        Handed(upload.name or "", upload.read(MOST_BYTES + 1))
        for upload in uploads[: MOST_FILES + 1]
    ]
    try:
        done = take_in(handed, by=actor, at=clock.now())
    except Faults as error:
        form = MergeForm(request.POST, request.FILES)
        form.is_valid()
        form.errors.pop("exports", None)
        form.add_error("exports", error.message)
        return _page(request, actor, status=422, merge_form=form)
    return redirect("console:continuity-merged", merge_id=done.pk)


@require_safe
@staff_only
def merged(request: HttpRequest, actor: Actor, merge_id: int) -> HttpResponseBase:
    """What became of each file and report of one merge?"""
    after = request.GET.get("after", "")
    rows = queries.of_merge(
        merge_id, by=actor, after=int(after) if after.isdecimal() else 0, size=_ROWS + 1
    )
    shown = rows[:_ROWS]
    near = queries.near(shown)
    done = queries.merge(merge_id, by=actor)
    context = {
        "merge": done,
        "totals": _totals(done),
        "rows": [(row, [near[pk] for pk in row.near if pk in near]) for row in shown],
        "after": shown[-1].pk if len(rows) > _ROWS else None,
        "now": clock.now(),
        "staff_links": links_for(actor),
    }
    return render(request, "console/continuity_merged.html", context)


def _totals(done: Merge) -> dict[str, int]:
    kinds = ("merged", "known", "waiting", "changed", "void")
    return {kind: sum(file.get(kind, 0) for file in done.files) for kind in kinds}
