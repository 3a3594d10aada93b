"""What happened: to look at, to undo and to run again."""

import difflib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.agencies import queries as agency_queries
from citycall.catalog import actions as catalog
from citycall.catalog import queries as catalog_queries
from citycall.core import clock, numbers
from citycall.core.errors import DomainError
from citycall.core.models import Event, Revision
from citycall.escalations import actions as escalations
from citycall.escalations import queries as escalation_queries
from citycall.knowledge import actions as knowledge
from citycall.knowledge import queries as knowledge_queries
from citycall.knowledge.picture import SPECS
from citycall.manage import texts
from citycall.manage.site import ReadOnly, site, who
from citycall.notifications.models import Delivery
from citycall.operations import dead_jobs
from citycall.places.models import Area, AreaLayer, Place
from citycall.routing import actions as routing
from citycall.routing import queries as routing_queries
from citycall.service_requests import events, queries, returning
from citycall.service_requests.actions import return_reasons

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

MOST_AT_ONCE = 100
_KNOWLEDGE = {knowledge_queries.ARTICLE, *SPECS}
_CATALOG = {*agency_queries.KINDS, catalog_queries.SERVICE, catalog_queries.OUTCOME}


class CannotUndoHere(DomainError):
    """The change is of a kind that is taken back on its own page."""

    code = "cannot_undo_here"


def each(
    request: HttpRequest, chosen: Iterable[Any], do: Callable[[Any], object], done: str
) -> None:
    """Do something to each chosen row, and say of each what came of it."""
    for row in chosen:
        try:
            do(row)
        except DomainError as error:
            messages.error(request, f"{row}: {error.message}")
        else:
            messages.success(request, done % {"what": row})


@admin.register(Revision, site=site)
class RevisionAdmin(ReadOnly):
    """Every change that was made here, and the way back."""

    list_display = ("at", "actor_name", "subject_kind", "subject_code", "undoes")
    list_filter = ("subject_kind",)
    search_fields = ("subject_code",)
    search_help_text = _("A code or a user name")
    list_select_related = ("undoes",)
    ordering = ("-id",)
    actions = ("undo",)
    fields = ("at", "actor_name", "subject_kind", "subject_code", "changed", "note", "undoes")

    @admin.display(description=_("What changed"))
    def changed(self, revision: Revision) -> "SafeString":
        """The lines that were taken away and added."""
        before, after = (
            texts.plain(values).splitlines() if values else []
            for values in (revision.before, revision.after)
        )
        lines = [
            line
            for line in difflib.unified_diff(before, after, n=2, lineterm="")
            if not line.startswith(("---", "+++"))
        ]
        return format_html('<pre class="manage-diff">{}</pre>', "\n".join(lines))

    @admin.action(description=_("Undo the chosen changes"))
    def undo(self, request: HttpRequest, chosen: QuerySet[Revision]) -> None:
        """Take each chosen change back, where nothing newer stands in the way."""
        by, at = who(request), clock.now()

        def take_back(revision: Revision) -> None:
            if revision.subject_kind in _CATALOG:
                catalog.undo(revision=revision.pk, by=by, at=at)
            elif revision.subject_kind == routing_queries.SUBJECT:
                routing.undo(revision=revision.pk, by=by, at=at)
            elif revision.subject_kind == escalation_queries.POLICY:
                escalations.undo(revision=revision.pk, by=by, at=at)
            elif revision.subject_kind == returning.REASON:
                return_reasons.undo_reason(revision=revision.pk, by=by, at=at)
            elif revision.subject_kind in _KNOWLEDGE:
                knowledge.undo(revision=revision.pk, by=by, at=at)
            else:
                raise CannotUndoHere(_now("Please take this change back on its own page."))

        each(request, chosen[:MOST_AT_ONCE], take_back, _now("Undone: %(what)s"))


@admin.register(Event, site=site)
class EventAdmin(ReadOnly):
    """The events of requests, the latest first; of one request by its number."""

    list_display = ("at", "kind", "subject_kind", "subject_id", "actor_name", "visibility")
    ordering = ("-id",)
    search_fields = ("subject_id",)
    search_help_text = _("A confirmation number")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        """The events of the request that a confirmation number leads to."""
        if not search_term.strip():
            return queryset, False
        try:
            report = queries.report_by_number(numbers.read(search_term))
        except DomainError as error:
            messages.error(request, error.message)
            return queryset.none(), False
        found = queryset.filter(subject_kind=events.SUBJECT, subject_id=report.service_request_id)
        return found, False


@admin.register(Delivery, site=site)
class DeliveryAdmin(ReadOnly):
    """Messages and what became of them; to whom they went stays with the request."""

    list_display = ("created_at", "template", "channel", "state", "attempts", "problem")
    list_filter = ("state",)
    ordering = ("-id",)
    fields = (
        "created_at", "template", "channel", "state", "attempts", "sent_at", "problem", "event",
    )  # fmt: skip


@admin.register(ProcrastinateJob, site=site)
class JobAdmin(ReadOnly):
    """Jobs; those that failed for good can be run again."""

    list_display = ("id", "task_name", "queue_name", "status", "attempts", "scheduled_at")
    list_filter = ("status",)
    ordering = ("-id",)
    actions = ("run_again",)

    @admin.action(description=_("Run the chosen failed jobs again"))
    def run_again(self, request: HttpRequest, chosen: QuerySet[ProcrastinateJob]) -> None:
        """Hand each chosen failed job back to the workers."""
        by, at = who(request), clock.now()
        each(
            request,
            chosen[:MOST_AT_ONCE],
            lambda job: dead_jobs.retry(job.pk, by=by, at=at),
            _now("Runs again: %(what)s"),
        )


@admin.register(AreaLayer, site=site)
class LayerAdmin(ReadOnly):
    """The layers that were loaded from the city's files."""

    list_display = ("name", "code", "kind")


@admin.register(Area, site=site)
class AreaAdmin(ReadOnly):
    """The areas of every layer."""

    list_display = ("name", "code", "layer", "retired")
    list_filter = ("layer",)
    search_fields = ("name", "code")
    exclude = ("shape",)
    list_select_related = ("layer",)
    ordering = ("layer", "name")


@admin.register(Place, site=site)
class PlaceAdmin(ReadOnly):
    """The places that people name."""

    list_display = ("name", "parent", "kind", "code")
    search_fields = ("search", "code")
    exclude = ("search",)
    ordering = ("id",)
