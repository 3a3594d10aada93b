"""What residents are told besides articles: alerts, events, collections, holidays, directory."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from citycall.core import clock
from citycall.knowledge import actions as knowledge
from citycall.knowledge import picture
from citycall.knowledge.collections import CollectionSpec, HolidayNoticeSpec
from citycall.knowledge.models import (
    Collection,
    DirectoryEntry,
    HolidayNotice,
    LocalEvent,
    Opinion,
    ServiceAlert,
    UnansweredSearch,
)
from citycall.knowledge.specs import AlertSpec, DirectorySpec, EventSpec
from citycall.manage.documents import DocumentAdmin
from citycall.manage.records import MOST_AT_ONCE, each
from citycall.manage.site import ReadOnly, site, who
from citycall.manage.texts import Kind

if TYPE_CHECKING:
    from django.db.models import Model


class EntryAdmin(DocumentAdmin):
    """Something that staff tell, edited as one text."""

    list_filter = ("retired",)
    search_fields = ("title", "code")


@admin.register(ServiceAlert, site=site)
class AlertAdmin(EntryAdmin):
    """What the city knows of, before anybody reports it."""

    kind = Kind(spec=AlertSpec, spec_of=picture.entry_spec, save=knowledge.save_alert)
    kind_name = picture.ALERT
    list_display = ("title", "code", "starts_at", "ends_at", "retired")
    ordering = ("-starts_at", "code")
    actions = ("end",)

    @admin.action(description=_("End the chosen alerts now"))
    def end(self, request: HttpRequest, chosen: "QuerySet[Model]") -> None:
        """Tell each chosen alert no longer."""
        by, at = who(request), clock.now()

        def stop(row: Any) -> None:
            knowledge.end_alert(code=row.code, by=by, at=at)

        each(request, chosen[:MOST_AT_ONCE], stop, _now("Ended: %(what)s"))


@admin.register(LocalEvent, site=site)
class EventAdmin(EntryAdmin):
    """What is on in the city."""

    kind = Kind(spec=EventSpec, spec_of=picture.entry_spec, save=knowledge.save_event)
    kind_name = picture.EVENT
    list_display = ("title", "code", "starts_at", "retired")
    ordering = ("-starts_at", "code")


@admin.register(Collection, site=site)
class CollectionAdmin(EntryAdmin):
    """When trash, recycling and the like are collected."""

    kind = Kind(spec=CollectionSpec, spec_of=picture.entry_spec, save=knowledge.save_collection)
    kind_name = picture.COLLECTION
    list_display = ("title", "code", "retired", "updated_at")
    ordering = ("title", "code")


@admin.register(HolidayNotice, site=site)
class HolidayAdmin(EntryAdmin):
    """What is otherwise on a date."""

    kind = Kind(spec=HolidayNoticeSpec, spec_of=picture.entry_spec, save=knowledge.save_holiday)
    kind_name = picture.HOLIDAY
    list_display = ("title", "code", "day", "retired")
    ordering = ("-day", "code")


@admin.register(DirectoryEntry, site=site)
class DirectoryAdmin(EntryAdmin):
    """Whom to call for what."""

    kind = Kind(spec=DirectorySpec, spec_of=picture.entry_spec, save=knowledge.save_directory_entry)
    kind_name = picture.DIRECTORY_ENTRY
    list_display = ("title", "code", "retired", "updated_at")
    ordering = ("title", "code")


@admin.register(Opinion, site=site)
class OpinionAdmin(ReadOnly):
    """Whether articles and alerts answered people, and what they missed."""

    list_display = ("at", "subject", "code", "helped", "missing")
    list_filter = ("helped", "subject")
    search_fields = ("code", "missing")
    search_help_text = _("The code of an article or alert, or a word of what was missing")
    ordering = ("-id",)
    fields = ("at", "subject", "code", "helped", "missing")


@admin.register(UnansweredSearch, site=site)
class UnansweredAdmin(ReadOnly):
    """What was searched and not found."""

    list_display = ("words", "language", "times", "first_on", "last_on")
    list_filter = ("language",)
    search_fields = ("words",)
    ordering = ("-times", "-last_on", "id")
