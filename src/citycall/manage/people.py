"""People with their roles, and programs' keys; each change goes through accounts' actions."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from citycall.accounts import actions as accounts
from citycall.accounts.models import ApiKey, Membership, Role, User
from citycall.analytics.policies import FACTS_SCOPE
from citycall.calls.policies import TELEPHONY_SCOPE
from citycall.core import clock, revisions
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.exchange.policies import WEBHOOKS_SCOPE
from citycall.manage.records import each
from citycall.manage.site import Managed, site, to_changes, who
from citycall.service_requests.policies import CONTACT_SCOPE, READ_SCOPE, SUBMIT_SCOPE, WORK_SCOPE

# Generic for the type checker only: Django's own classes are not, when they run.
if TYPE_CHECKING:
    _TabularInline = admin.TabularInline[Membership, User]
    _UserAdmin = UserAdmin[User]
    _KeyForm = forms.ModelForm[ApiKey]
    _MembershipForm = forms.ModelForm[Membership]
    _FormSet = BaseInlineFormSet[Membership, User, forms.ModelForm[Membership]]
    _UserForm = UserChangeForm[User]
else:
    _TabularInline, _UserAdmin = admin.TabularInline, UserAdmin
    _KeyForm = _MembershipForm = forms.ModelForm
    _FormSet, _UserForm = BaseInlineFormSet, UserChangeForm

PERSON = "person"
# What is recorded of a person's account beside their roles.
FACTS = ("username", "first_name", "last_name", "email", "language", "is_active")
SCOPES = [
    (SUBMIT_SCOPE, _("Report problems")),
    (READ_SCOPE, _("Read requests as staff do")),
    (WORK_SCOPE, _("Work on requests")),
    (CONTACT_SCOPE, _("Read the contacts of reporters, which is recorded")),
    (WEBHOOKS_SCOPE, _("Manage its own webhooks")),
    (TELEPHONY_SCOPE, _("Tell of telephone calls")),
    (FACTS_SCOPE, _("Read CitiStat's measures and, with no agency, all its facts")),
]


class MembershipForm(_MembershipForm):
    """One role, checked where it is typed."""

    class Meta:
        model = Membership
        fields = ("role", "agency", "team", "area")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # Without the links to other pages around it; the column's name is not the control's.
            field.widget = getattr(field.widget, "widget", field.widget)
            field.widget.attrs["aria-label"] = str(field.label)

    def clean(self) -> dict[str, Any]:
        """A role that is not city-wide needs its agency, and a team belongs to the agency."""
        cleaned = super().clean() or {}
        role, agency, team = (cleaned.get(name) for name in ("role", "agency", "team"))
        if role and agency is None and Role(role) not in accounts.CITY_WIDE:
            self.add_error("agency", _("Please choose the agency for this role."))
        if bool(cleaned.get("area")) != (role == Role.COUNCIL):
            sentence = _("A council office needs its district, and nobody else.")
            self.add_error("area", sentence)
        if team is not None and team.agency_id != getattr(agency, "pk", None):
            self.add_error("team", _("This team belongs to another agency."))
        return cleaned

    def validate_constraints(self) -> None:
        """A role that somebody has already is simply theirs."""


class MembershipSet(_FormSet):
    """A person's roles together."""

    actor: Actor

    def add_fields(self, form: Any, index: int | None) -> None:
        """Name the box that takes a role; the column's heading is not its label."""
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = _("Take this role")

    def clean(self) -> None:
        """Nobody locks themselves out, so that there is always an administrator."""
        super().clean()
        for form in self.deleted_forms:
            held = form.instance
            if held.role == Role.ADMINISTRATOR and held.user_id == self.actor.id:
                raise forms.ValidationError(
                    _("Only another administrator can take this role from you.")
                )


class MembershipInline(_TabularInline):
    """A person's roles: given and taken, never changed."""

    model = Membership
    form = MembershipForm
    formset = MembershipSet
    extra = 1
    verbose_name = _("Role")
    verbose_name_plural = _("Roles")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The formset, told who is asking."""
        made: Any = super().get_formset(request, obj, **kwargs)
        made.actor = who(request)
        return made

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees the person sees the roles."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Roles are given here."""
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A role is taken and another given, so that both are recorded."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Roles are taken here."""
        return True


class PersonForm(_UserForm):
    """A person's account."""

    actor: Actor
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def clean_is_active(self) -> bool:
        """Nobody closes their own account, so that there is always an administrator."""
        active: bool = self.cleaned_data["is_active"]
        if not active and self.instance.pk == self.actor.id:
            raise forms.ValidationError(_("Only another administrator can close your account."))
        return active


@admin.register(User, site=site)
class PersonAdmin(Managed, _UserAdmin):
    """People and their roles; what they may do follows from the roles alone."""

    form = PersonForm
    change_user_password_template = "manage/change_password.html"  # noqa: S105  (a template)
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "language")}),
        (_("Account"), {"fields": ("is_active",)}),
    )
    list_display = ("username", "first_name", "last_name", "email", "is_active")
    list_filter = ("is_active", "memberships__role", "memberships__agency")
    filter_horizontal = ()

    def get_form(
        self,
        request: HttpRequest,
        obj: Any | None = None,
        change: bool = False,  # noqa: FBT001, FBT002  (as Django has it)
        **kwargs: Any,
    ) -> Any:
        """The form, told who is asking."""
        made: Any = super().get_form(request, obj, change=change, **kwargs)
        made.actor = who(request)
        return made

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Save the account, and record what changed."""
        super().save_model(request, obj, form, change)
        before = {name: form.initial.get(name) for name in FACTS} if change else None
        self._record(request, obj, before, {name: getattr(obj, name) for name in FACTS})

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        """Give and take roles through the actions that record them."""
        by, at = who(request), clock.now()
        given = formset.save(commit=False)
        for membership in formset.deleted_objects:
            accounts.take_role(membership, by=by, at=at)
        for membership in given:
            try:
                accounts.give_role(
                    membership.user,
                    role=Role(membership.role),
                    agency_id=membership.agency_id,
                    team_id=membership.team_id,
                    area=membership.area,
                    by=by,
                    at=at,
                )
            except DomainError as error:
                messages.error(request, error.message)

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002  (as Django has it)
        form_url: str = "",
    ) -> HttpResponse:
        """Set a password, and record that it was set."""
        response = super().user_change_password(request, id, form_url)
        person = self.get_object(request, id)
        if request.method == "POST" and response.status_code == 302 and person is not None:
            self._record(request, person, {"password": "before"}, {"password": "set anew"})
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The changes of this person's account and roles."""
        person = self.get_object(request, object_id)
        return to_changes(subject_code=person.username if person else "")

    def _record(self, request: HttpRequest, person: User, before: Any, after: Any) -> None:
        revisions.record(
            subject_kind=PERSON,
            subject_code=person.username[:100],
            before=before,
            after=after,
            by=who(request),
            at=clock.now(),
        )


class KeyForm(_KeyForm):
    """A new key's name and what it may do."""

    scopes = forms.MultipleChoiceField(
        label=_("May"), choices=SCOPES, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = ApiKey
        fields = ("name", "scopes")


@admin.register(ApiKey, site=site)
class KeyAdmin(Managed):
    """Programs' keys; a secret is shown once, when it is issued."""

    form = KeyForm
    list_display = ("name", "prefix", "scopes", "created_at", "revoked_at")
    ordering = ("-id",)
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What is chosen for a new key; what is known of an issued one."""
        chosen = ("name", "scopes")
        return chosen if obj is None else (*chosen, "prefix", "created_at", "revoked_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A key is revoked and another issued, so that nobody is surprised."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Issue the key; its secret lives as long as this answer."""
        made, secret = accounts.issue_key(
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            by=who(request),
            at=clock.now(),
        )
        obj.pk, obj.prefix, obj.secret = made.pk, made.prefix, secret

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret, this once: it is kept nowhere, not even in a message."""
        context = {
            **self.admin_site.each_context(request),
            "title": _now("The key is issued"),
            "opts": self.opts,
            "key": obj,
        }
        return TemplateResponse(
            request, "manage/key_issued.html", context, headers={"Cache-Control": "no-store"}
        )

    @admin.action(description=_("Revoke the chosen keys"), permissions=["view"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        """End each chosen key for good."""
        by, at = who(request), clock.now()
        each(
            request,
            chosen,
            lambda key: accounts.revoke_key(key, by=by, at=at),
            _now("Revoked: %(what)s"),
        )
