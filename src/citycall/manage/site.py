"""The administrators' site: who may enter it, and how its pages are grouped."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from citycall.accounts.models import Role
from citycall.accounts.queries import actor_of
from citycall.core.actors import Actor
from citycall.core.errors import NotAllowed
from citycall.pages.signing_out import LeaveDesk

Text = str | Promise

# Generic for the type checker only: Django's own classes are not, when they run.
if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _Paginator = Paginator[Any]
else:
    _ModelAdmin, _Paginator = admin.ModelAdmin, Paginator

# What is changed most stands first; each model under the name that people have for it.
GROUPS: Sequence[tuple[Text, Mapping[str, Text]]] = (
    (_("What residents can ask for"), {"Service": _("Services"), "Outcome": _("Outcomes")}),
    (
        _("Whose work it is"),
        {
            "Agency": _("Agencies"),
            "Team": _("Teams"),
            "WorkingCalendar": _("Working calendars"),
            "RoutingRule": _("Routing rules"),
            "ReturnReason": _("Reasons to send work back"),
            "Policy": _("Steps of dates"),
        },
    ),
    (_("People and programs"), {"User": _("People and roles"), "ApiKey": _("API keys")}),
    (
        _("What residents can read"),
        {
            "Article": _("Articles, permits and programs"),
            "ServiceAlert": _("Service alerts"),
            "Collection": _("Collection days"),
            "HolidayNotice": _("Holiday schedules"),
            "LocalEvent": _("Local events"),
            "DirectoryEntry": _("Directory"),
            "Opinion": _("Did it answer them?"),
            "UnansweredSearch": _("Searched and not found"),
        },
    ),
    (
        _("Other systems"),
        {
            "Partner": _("Partners"),
            "Forward": _("Requests passed on"),
            "ForwardedEvent": _("Updates passed on"),
            "Webhook": _("Webhooks"),
            "WebhookDelivery": _("Deliveries of webhooks"),
            "SwitchEvent": _("What telephone systems told"),
        },
    ),
    (
        _("What happened"),
        {
            "Revision": _("Changes made here"),
            "Event": _("Events of requests"),
            "Delivery": _("Messages sent"),
            "ProcrastinateJob": _("Jobs"),
        },
    ),
    (
        _("Places, loaded from files"),
        {"AreaLayer": _("Layers"), "Area": _("Areas"), "Place": _("Named places")},
    ),
)


def who(request: HttpRequest) -> Actor:
    """The actor of a request to this site, looked up once for each request."""
    known: Actor | None = getattr(request, "citycall_actor", None)
    if known is None:
        known = actor_of(request.user)
        setattr(request, "citycall_actor", known)  # noqa: B010  (no attribute of the class)
    return known


def is_administrator(request: HttpRequest) -> bool:
    """Whether the signed-in person holds the administrator's role."""
    return who(request).holds_anywhere({Role.ADMINISTRATOR.value})


class ManageSite(admin.AdminSite):
    """Django's admin for those who hold the administrator's role, whatever flags they have."""

    site_header = _("CityCall administration")
    site_title = _("CityCall administration")
    index_title = _("What do you want to change?")
    index_template = "manage/index.html"
    site_url = "/agency"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may see any page of this site."""
        return is_administrator(request)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """To the one sign-in of the staff; those who are signed in already are refused."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise NotAllowed(_now("This page is for administrators."))
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(  # type: ignore[override]  # The sign-out answers with a redirection.
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The one sign-out of the staff."""
        return LeaveDesk.as_view()(request)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The index by what people come for; one room's own page is as Django makes it."""
        if app_label is not None:
            return super().get_app_list(request, app_label)
        found = {
            model["object_name"]: model
            for room in super().get_app_list(request)
            for model in room["models"]
        }
        return [
            {
                "name": group,
                "app_label": f"group-{number}",
                "app_url": reverse("admin:index"),
                "has_module_perms": True,
                "models": [
                    {**found[each], "name": name} for each, name in names.items() if each in found
                ],
            }
            for number, (group, names) in enumerate(GROUPS)
        ]


site = ManageSite(name="admin")


def to_changes(**fields: str) -> HttpResponse:
    """The list of changes whose fields have these values, from where they can be undone."""
    return redirect(f"{reverse('admin:core_revision_changelist')}?{urlencode(fields)}")


class CappedPaginator(_Paginator):
    """Pages of the first thousand rows, so that no list counts a table of millions."""

    MOST = 1_000

    @cached_property
    def count(self) -> int:
        """The number of rows, as far as anybody pages."""
        rows: Any = self.object_list
        found: int = rows[: self.MOST].count()
        return found


class Managed(_ModelAdmin):
    """A kind of thing that administrators see; what they may do beyond that, each kind says.

    Nothing is deleted here: what requests refer to is retired.
    """

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    class Media:
        css = {"all": ("manage/manage.css",)}

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the kind stands on the index."""
        return is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be seen."""
        return is_administrator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether one may be made."""
        return is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be changed."""
        return is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class ReadOnly(Managed):
    """A kind of thing to look at: the latest thousand, and those that are searched for."""

    paginator = CappedPaginator
    sortable_by = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False
