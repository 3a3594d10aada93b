"""What administrators see and do; every change goes through the rooms' own actions."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import (
    ProcrastinateEvent,
    ProcrastinateJob,
    ProcrastinatePeriodicDefer,
    ProcrastinateWorker,
)

from citycall.accounts import actions as accounts
from citycall.accounts.models import ApiKey, Membership, Role, User
from citycall.accounts.queries import actor_of
from citycall.agencies import actions as agencies
from citycall.agencies import queries as agency_queries
from citycall.agencies.calendars import CalendarSpec
from citycall.agencies.models import Agency, Team, WorkingCalendar
from citycall.agencies.specs import AgencySpec, TeamSpec
from citycall.catalog import actions as catalog
from citycall.catalog import queries as catalog_queries
from citycall.catalog.models import Outcome, Service
from citycall.catalog.specs import OutcomeSpec, ServiceSpec
from citycall.core import clock
from citycall.core.errors import DomainError
from citycall.core.models import Event, Revision
from citycall.manage.documents import DocumentAdmin, Kind
from citycall.notifications.models import Delivery
from citycall.operations import dead_jobs
from citycall.places.models import Area, AreaLayer, Place
from citycall.routing import actions as routing
from citycall.routing import queries as routing_queries
from citycall.routing.models import RoutingRule
from citycall.routing.specs import RuleSpec

# Generic for the type checker only: Django's own classes are not, when they run.
if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _TabularInline = admin.TabularInline[Membership, User]
    _UserAdmin = UserAdmin[User]
    _KeyForm = forms.ModelForm[ApiKey]
else:
    _ModelAdmin, _TabularInline = admin.ModelAdmin, admin.TabularInline
    _UserAdmin, _KeyForm = UserAdmin, forms.ModelForm

SCOPES = [("service_requests:submit", _("Report")), ("service_requests:read", _("Read"))]

admin.site.site_header = _("CityCall administration")
admin.site.site_title = _("CityCall administration")
admin.site.index_title = _("What to change")
for model in (
    Group,
    ProcrastinateJob,
    ProcrastinateEvent,
    ProcrastinatePeriodicDefer,
    ProcrastinateWorker,
):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class ReadOnly(_ModelAdmin):
    """A list to look at; pages of fifty, counted no further than that."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _tell(request: HttpRequest, error: DomainError) -> None:
    messages.error(request, error.message)


@admin.register(Revision)
class RevisionAdmin(ReadOnly):
    """Every change that was made here, and the way back."""

    list_display = ("at", "actor_name", "subject_kind", "subject_code", "undoes")
    list_filter = ("subject_kind",)
    search_fields = ("subject_code",)
    ordering = ("-id",)
    actions = ("undo",)

    @admin.action(description=_("Undo the chosen change"))
    def undo(self, request: HttpRequest, chosen: QuerySet[Revision]) -> None:
        """Take each chosen change back, where nothing newer stands in the way."""
        for revision in chosen[:20]:
            undo = routing.undo if revision.subject_kind == "routing.rule" else catalog.undo
            try:
                undo(revision=revision.pk, by=actor_of(request.user), at=clock.now())
            except DomainError as error:
                _tell(request, error)
            else:
                messages.success(request, _("Undone: %(what)s") % {"what": revision})


@admin.register(Event)
class EventAdmin(ReadOnly):
    """The log, latest first."""

    list_display = ("at", "kind", "subject_kind", "subject_id", "actor_name", "visibility")
    ordering = ("-id",)
    search_fields = ("=subject_id",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    """Messages and what became of them."""

    list_display = ("created_at", "template", "channel", "state", "attempts", "problem")
    list_filter = ("state",)
    ordering = ("-id",)


@admin.register(ProcrastinateJob)
class JobAdmin(ReadOnly):
    """Jobs; those that failed for good can be run again."""

    list_display = ("id", "task_name", "queue_name", "status", "attempts", "scheduled_at")
    list_filter = ("status", "task_name")
    ordering = ("-id",)
    actions = ("run_again",)

    @admin.action(description=_("Run the chosen failed jobs again"))
    def run_again(self, request: HttpRequest, chosen: QuerySet[ProcrastinateJob]) -> None:
        """Hand each chosen failed job back to the workers."""
        for job in chosen[:100]:
            try:
                dead_jobs.retry(job.pk, by=actor_of(request.user), at=clock.now())
            except DomainError as error:
                _tell(request, error)
            else:
                messages.success(request, _("Job %(id)s runs again.") % {"id": job.pk})


@admin.register(Service)
class ServiceAdmin(DocumentAdmin):
    """Services with their questions, targets and outcomes."""

    kind = Kind(ServiceSpec, catalog_queries.service_spec, catalog.save_service)
    list_display = ("name", "group", "agency", "team", "active")
    list_filter = ("active", "group", "agency")
    search_fields = ("name", "code")
    list_select_related = ("agency", "team")


@admin.register(Outcome)
class OutcomeAdmin(DocumentAdmin):
    """Why requests are closed."""

    kind = Kind(OutcomeSpec, catalog_queries.outcome_spec, catalog.save_outcome)
    list_display = ("name", "code", "fixed")


@admin.register(Agency)
class AgencyAdmin(DocumentAdmin):
    """The bodies that are responsible for services."""

    kind = Kind(AgencySpec, agency_queries.agency_spec, agencies.save_agency)
    list_display = ("name", "code", "phone")


@admin.register(Team)
class TeamAdmin(DocumentAdmin):
    """Who receives work together."""

    kind = Kind(TeamSpec, agency_queries.team_spec, agencies.save_team)
    list_display = ("name", "code", "agency")
    list_select_related = ("agency",)


@admin.register(WorkingCalendar)
class CalendarAdmin(DocumentAdmin):
    """Working hours and holidays."""

    kind = Kind(CalendarSpec, agency_queries.calendar_spec, agencies.save_calendar)
    list_display = ("name", "code")


@admin.register(RoutingRule)
class RuleAdmin(DocumentAdmin):
    """Whose work a request is."""

    kind = Kind(RuleSpec, routing_queries.rule_spec, routing.save_rule)
    list_display = ("code", "service", "area", "team", "note")
    list_select_related = ("service", "area", "team")


@admin.register(AreaLayer, Place)
class LookAdmin(ReadOnly):
    """Loaded from the city's files by ``citycall places``."""

    list_display = ("code", "name", "kind")
    search_fields = ("name", "code")


@admin.register(Area)
class AreaAdmin(ReadOnly):
    """The areas of every layer."""

    list_display = ("layer", "code", "name", "retired")
    list_filter = ("layer",)
    search_fields = ("name",)
    exclude = ("shape",)
    list_select_related = ("layer",)


class MembershipInline(_TabularInline):
    """A person's roles."""

    model = Membership
    extra = 1

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(_UserAdmin):
    """People and their roles."""

    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "language")}),
        (_("May sign in"), {"fields": ("is_active", "is_staff", "is_superuser")}),
    )
    list_display = ("username", "first_name", "last_name", "is_active")
    list_filter = ("is_active", "memberships__role")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        """Give and take roles through the actions that record them."""
        by, at = actor_of(request.user), clock.now()
        for membership in formset.save(commit=False):
            try:
                accounts.give_role(
                    membership.user,
                    role=Role(membership.role),
                    agency_id=membership.agency_id,
                    team_id=membership.team_id,
                    by=by,
                    at=at,
                )
            except DomainError as error:
                _tell(request, error)
        for membership in formset.deleted_objects:
            accounts.take_role(membership, by=by, at=at)


class KeyForm(_KeyForm):
    """A new key's name and what it may do."""

    scopes = forms.MultipleChoiceField(
        label=_("May"), choices=SCOPES, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = ApiKey
        fields = ("name", "scopes")


@admin.register(ApiKey)
class KeyAdmin(_ModelAdmin):
    """Programs' keys; a secret is shown once, when it is issued."""

    form = KeyForm
    list_display = ("name", "prefix", "created_at", "revoked_at")
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:  # noqa: FBT001
        """Issue the key and show its secret, this once."""
        made, secret = accounts.issue_key(
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            by=actor_of(request.user),
            at=clock.now(),
        )
        obj.pk = made.pk
        messages.warning(request, _("The key, shown this once: %(secret)s") % {"secret": secret})

    @admin.action(description=_("Revoke the chosen keys"))
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        """End each chosen key for good."""
        for key in chosen:
            accounts.revoke_key(key, by=actor_of(request.user), at=clock.now())
