"""What is offered and whose work it is: each definition edited as a text."""

from django.contrib import admin

from citycall.agencies import actions as agencies
from citycall.agencies import queries as agency_queries
from citycall.agencies.calendars import CalendarSpec
from citycall.agencies.models import Agency, Team, WorkingCalendar
from citycall.agencies.specs import AgencySpec, TeamSpec
from citycall.catalog import actions as catalog
from citycall.catalog import queries as catalog_queries
from citycall.catalog.models import Outcome, Service
from citycall.catalog.specs import OutcomeSpec, ServiceSpec
from citycall.escalations import actions as escalations
from citycall.escalations import queries as escalation_queries
from citycall.escalations.models import Policy
from citycall.escalations.specs import PolicySpec
from citycall.exchange.catalog_file import shape
from citycall.manage.documents import DocumentAdmin
from citycall.manage.site import site
from citycall.manage.texts import Kind
from citycall.routing import actions as routing
from citycall.routing import queries as routing_queries
from citycall.routing.models import RoutingRule
from citycall.routing.specs import RuleSpec
from citycall.service_requests import returning
from citycall.service_requests.actions import return_reasons
from citycall.service_requests.models import ReturnReason
from citycall.service_requests.returning import ReasonSpec


@admin.register(Service, site=site)
class ServiceAdmin(DocumentAdmin):
    """Services with their questions, targets and outcomes."""

    kind = Kind(
        spec=ServiceSpec,
        spec_of=catalog_queries.service_spec,
        save=catalog.save_service,
        to_text=shape.to_file,
        from_text=shape.from_file,
    )
    kind_name = catalog_queries.SERVICE
    list_display = ("name", "code", "team", "active")
    list_filter = ("active", "group", "agency")
    search_fields = ("name", "code")
    list_select_related = ("team",)
    ordering = ("group", "name")


@admin.register(Outcome, site=site)
class OutcomeAdmin(DocumentAdmin):
    """Why requests are closed."""

    kind = Kind(spec=OutcomeSpec, spec_of=catalog_queries.outcome_spec, save=catalog.save_outcome)
    kind_name = catalog_queries.OUTCOME
    list_display = ("name", "code", "fixed", "active")
    search_fields = ("name", "code")
    ordering = ("name",)


@admin.register(Agency, site=site)
class AgencyAdmin(DocumentAdmin):
    """The bodies that are responsible for services."""

    kind = Kind(spec=AgencySpec, spec_of=agency_queries.agency_spec, save=agencies.save_agency)
    kind_name = agency_queries.AGENCY
    list_display = ("name", "code", "phone", "active")
    search_fields = ("name", "code")


@admin.register(Team, site=site)
class TeamAdmin(DocumentAdmin):
    """Who receives work together."""

    kind = Kind(spec=TeamSpec, spec_of=agency_queries.team_spec, save=agencies.save_team)
    kind_name = agency_queries.TEAM
    list_display = ("name", "code", "agency", "active")
    list_filter = ("agency",)
    search_fields = ("name", "code")
    list_select_related = ("agency",)


@admin.register(WorkingCalendar, site=site)
class CalendarAdmin(DocumentAdmin):
    """Working hours and holidays."""

    kind = Kind(
        spec=CalendarSpec, spec_of=agency_queries.calendar_spec, save=agencies.save_calendar
    )
    kind_name = agency_queries.CALENDAR
    list_display = ("name", "code", "active")
    ordering = ("name",)


@admin.register(RoutingRule, site=site)
class RuleAdmin(DocumentAdmin):
    """Whose work a request is."""

    kind = Kind(spec=RuleSpec, spec_of=routing_queries.rule_spec, save=routing.save_rule)
    kind_name = routing_queries.SUBJECT
    list_display = ("code", "service", "area", "team", "note")
    list_filter = ("team",)
    search_fields = ("code", "note")
    list_select_related = ("service", "area", "team")
    ordering = ("code",)


@admin.register(ReturnReason, site=site)
class ReturnReasonAdmin(DocumentAdmin):
    """Why teams may send work back, besides the usual reasons."""

    kind = Kind(spec=ReasonSpec, spec_of=returning.reason_spec, save=return_reasons.save_reason)
    kind_name = returning.REASON
    list_display = ("name", "code", "agency", "service", "retired")
    list_select_related = ("agency", "service")
    ordering = ("name",)


@admin.register(Policy, site=site)
class EscalationPolicyAdmin(DocumentAdmin):
    """Who is told when a date draws near or has passed."""

    kind = Kind(
        spec=PolicySpec, spec_of=escalation_queries.policy_spec, save=escalations.save_policy
    )
    kind_name = escalation_queries.POLICY
    list_display = ("code", "agency", "service", "active")
    list_select_related = ("agency", "service")
    ordering = ("code",)
