"""People, roles and keys: every change recorded, nobody locked out, a secret shown once."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from citycall.accounts.models import ApiKey, Membership, User
from citycall.accounts.queries import actor_of_key
from citycall.core.errors import NotAllowed
from citycall.core.models import Revision

KEYS = "admin:accounts_apikey_changelist"


def page_of(person: User) -> str:
    return reverse("admin:accounts_user_change", args=[person.pk])


def form_of(person: User, **changes: object) -> dict[str, object]:
    """The person's page as the browser would send it back."""
    held = list(person.memberships.order_by("id"))
    form: dict[str, object] = {
        "username": person.username,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "language": person.language,
        "is_active": "on",
        "memberships-TOTAL_FORMS": len(held) + 1,
        "memberships-INITIAL_FORMS": len(held),
        f"memberships-{len(held)}-user": person.pk,
    }
    for n, membership in enumerate(held):
        form |= {f"memberships-{n}-id": membership.pk, f"memberships-{n}-user": person.pk}
    return {key: value for key, value in {**form, **changes}.items() if value is not None}


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


@pytest.fixture
def crew(city) -> User:
    return User.objects.get(username="crew")


def test_giving_a_role_is_recorded(admin: Client, crew, city) -> None:
    form = form_of(
        crew, **{"memberships-1-role": "dispatcher", "memberships-1-agency": city.streets.pk}
    )
    answer = admin.post(page_of(crew), form)
    assert answer.status_code == 302, text_of(answer)
    assert crew.memberships.filter(role="dispatcher", agency=city.streets).exists()
    last = Revision.objects.latest("id")
    assert (last.subject_kind, last.subject_code) == ("membership", "crew")
    assert last.after == {"role": "dispatcher", "agency": city.streets.pk, "team": None}
    assert last.actor_name == "administrator"


def test_taking_a_role_is_recorded(admin: Client, crew) -> None:
    answer = admin.post(page_of(crew), form_of(crew, **{"memberships-0-DELETE": "on"}))
    assert answer.status_code == 302, text_of(answer)
    assert not crew.memberships.exists()
    last = Revision.objects.latest("id")
    assert (last.subject_kind, last.after) == ("membership", None)


def test_a_role_given_twice_is_there_once(admin: Client, crew, city) -> None:
    form = form_of(crew, **{"memberships-1-role": "crew", "memberships-1-agency": city.streets.pk})
    assert admin.post(page_of(crew), form).status_code == 302
    assert crew.memberships.count() == 1


def test_a_role_of_an_agency_needs_one(admin: Client, crew) -> None:
    answer = admin.post(page_of(crew), form_of(crew, **{"memberships-1-role": "dispatcher"}))
    assert answer.status_code == 200
    assert "Please choose the agency for this role." in text_of(answer)


def test_a_team_belongs_to_the_agency(admin: Client, crew, city) -> None:
    form = form_of(
        crew,
        **{
            "memberships-1-role": "crew",
            "memberships-1-agency": city.streets.pk,
            "memberships-1-team": city.teams["mains"].pk,
        },
    )
    answer = admin.post(page_of(crew), form)
    assert "This team belongs to another agency." in text_of(answer)


def test_administrators_cannot_take_their_own_role(admin: Client, city) -> None:
    me = User.objects.get(username="administrator")
    answer = admin.post(page_of(me), form_of(me, **{"memberships-0-DELETE": "on"}))
    assert answer.status_code == 200
    assert "Only another administrator can take this role from you." in text_of(answer)
    assert me.memberships.exists()


def test_administrators_cannot_close_their_own_account(admin: Client, city) -> None:
    me = User.objects.get(username="administrator")
    answer = admin.post(page_of(me), form_of(me, is_active=None))
    assert "Only another administrator can close your account." in text_of(answer)


def test_a_role_cannot_be_changed_into_another(admin: Client, crew) -> None:
    admin.post(page_of(crew), form_of(crew, **{"memberships-0-role": "administrator"}))
    assert Membership.objects.get(user=crew).role == "crew"


def test_flags_that_open_doors_cannot_be_set(admin: Client, crew) -> None:
    admin.post(page_of(crew), form_of(crew, is_superuser="on", is_staff="on"))
    crew.refresh_from_db()
    assert (crew.is_superuser, crew.is_staff) == (False, False)


def test_a_closed_account_is_recorded(admin: Client, crew) -> None:
    admin.post(page_of(crew), form_of(crew, is_active=None))
    crew.refresh_from_db()
    assert not crew.is_active
    last = Revision.objects.latest("id")
    assert (last.subject_kind, last.subject_code) == ("person", "crew")
    assert last.before is not None
    assert last.after is not None
    assert (last.before["is_active"], last.after["is_active"]) == (True, False)


def test_a_new_person_with_a_role_is_recorded_without_the_password(admin: Client, city) -> None:
    form = {
        "username": "new",
        "usable_password": "true",
        "password1": "horse battery staple",
        "password2": "horse battery staple",
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 0,
        "memberships-0-role": "analyst",
    }
    answer = admin.post(reverse("admin:accounts_user_add"), form)
    assert answer.status_code == 302, text_of(answer)
    person, role = Revision.objects.filter(subject_code="new").order_by("id")
    assert (person.subject_kind, person.before) == ("person", None)
    assert "password" not in str(person.after)
    assert role.after == {"role": "analyst", "agency": None, "team": None}
    assert User.objects.get(username="new").check_password("horse battery staple")


def test_setting_a_password_is_recorded(admin: Client, crew) -> None:
    form = {"usable_password": "true", "password1": "a new one 11", "password2": "a new one 11"}
    path = reverse("admin:auth_user_password_change", args=[crew.pk])
    answer = admin.post(path, {**form, "set-password": "1"})
    assert answer.status_code == 302, text_of(answer)
    crew.refresh_from_db()
    assert crew.check_password("a new one 11")
    assert Revision.objects.latest("id").after == {"password": "set anew"}


def issued(admin: Client) -> tuple[str, ApiKey]:
    form = {"name": "City map", "scopes": ["service_requests:read"]}
    answer = admin.post(reverse("admin:accounts_apikey_add"), form)
    found = re.search(r"cck_[\w-]+", text_of(answer))
    assert found is not None
    assert "no-store" in answer["Cache-Control"]
    return found[0], ApiKey.objects.get(name="City map")


def test_a_key_is_shown_once_and_works(admin: Client, city) -> None:
    secret, key = issued(admin)
    assert actor_of_key(secret).name == "City map"
    page = reverse("admin:accounts_apikey_change", args=[key.pk])
    for path in (page, reverse(KEYS), "/admin/"):
        assert secret not in text_of(admin.get(path))
    assert Revision.objects.latest("id").subject_kind == "api_key"


def test_a_key_without_a_scope_is_not_issued(admin: Client, city) -> None:
    answer = admin.post(reverse("admin:accounts_apikey_add"), {"name": "Nothing"})
    assert answer.status_code == 200
    assert not ApiKey.objects.exists()


def test_a_revoked_key_opens_nothing(admin: Client, city) -> None:
    secret, key = issued(admin)
    chosen = {"action": "revoke", "_selected_action": [key.pk]}
    assert "Revoked: City map" in text_of(admin.post(reverse(KEYS), chosen, follow=True))
    with pytest.raises(NotAllowed):
        actor_of_key(secret)


def test_a_key_is_never_changed(admin: Client, city) -> None:
    _secret, key = issued(admin)
    path = reverse("admin:accounts_apikey_change", args=[key.pk])
    answer = admin.post(path, {"name": "Another", "scopes": ["service_requests:submit"]})
    assert answer.status_code == 403
