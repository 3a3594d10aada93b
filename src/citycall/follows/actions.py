"""Following a place or a service: asked for, confirmed from the mailbox, and ended."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs

from citycall.catalog.queries import catalog, written
from citycall.catalog.specs import Privacy
from citycall.contacts import actions as contacts
from citycall.contacts.models import Contact
from citycall.contacts.queries import with_email
from citycall.core.errors import DomainError
from citycall.follows import links
from citycall.follows.models import Follow, Often
from citycall.notifications.actions import DELIVER_QUEUE
from citycall.places.queries import surroundings
from citycall.service_requests.cells import Box

ASK_TASK: Final = "citycall.ask_to_confirm_follow"
WITHIN_M: Final = (250, 500, 1_000, 2_000)
# What was asked for and not confirmed is forgotten after this.
CONFIRM_WITHIN: Final = timedelta(days=2)
# Who did not ask for the questions is not sent more than these.
MOST_QUESTIONS_A_DAY: Final = 3
MOST_FOLLOWS: Final = 10


class CannotFollow(DomainError):
    """There is nothing like this that everybody may be told of."""

    code = "cannot_follow"
    status = 422


class TooManyFollows(DomainError):
    """Somebody follows as much as one can."""

    code = "too_many_follows"
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wishes to be told of: a service, or what is around a point (longitude,
    latitude), of one group of services or all.
    """

    service: str = ""
    group: str = ""
    point: tuple[float, float] | None = None
    within_m: int = 500


def ask(
    wanted: Wanted, *, email: str, often: Often, language: str, proven: bool, at: datetime
) -> bool:
    """Begin to follow, at once where the address is ``proven``, else when its owner confirms.

    Whether a question is sent must not be told: it is not where too many were, or where the
    address follows this already. Returns whether it began. Raises ``CannotFollow`` and, for a
    proven address only, ``TooManyFollows``.
    """
    follow = drafted(wanted)
    follow.often, follow.asked_at = often, at
    with transaction.atomic():
        known = of_email(email)
        if any(_same(each, follow) and each.confirmed_at for each in known):
            return proven
        # What strangers asked for in somebody's name takes none of their places.
        counted = [each for each in known if each.confirmed_at] if proven else known
        if len(counted) >= MOST_FOLLOWS:
            if proven:
                raise TooManyFollows(_too_many())
            return False
        if not proven and _asked_lately(known, at=at) >= MOST_QUESTIONS_A_DAY:
            return False
        follow.contact = Contact.objects.create(email=email, language=language, created_at=at)
        follow.confirmed_at = at if proven else None
        follow.save()
        if not proven:
            jobs.configure_task(ASK_TASK, queue=DELIVER_QUEUE).defer(follow_id=follow.pk)
    return proven


def look(key: str, *, at: datetime) -> Follow:
    """What the key of a question would confirm; raises ``BadFollowLink``."""
    follow = _follow(links.read_confirm(key))
    if follow.confirmed_at is None and follow.asked_at + CONFIRM_WITHIN < at:
        raise links.bad()
    return follow


def confirm(key: str, *, at: datetime) -> Follow:
    """The owner of the address did ask; again, it changes nothing. Raises ``BadFollowLink``."""
    follow = look(key, at=at)
    Follow.objects.filter(pk=follow.pk, confirmed_at__isnull=True).update(confirmed_at=at)
    return follow


def look_at_end(key: str) -> Follow | None:
    """What the key of a message would end; none where it has ended. Raises ``BadFollowLink``."""
    return Follow.objects.select_related("contact").filter(pk=links.read_end(key)).first()


def end(key: str, *, at: datetime) -> None:
    """Tell no more, and forget who was told; ended already, it is well. Raises ``BadFollowLink``"""
    _end(Follow.objects.filter(pk=links.read_end(key)), at=at)


def end_own(follow_id: int, *, email: str, at: datetime) -> None:
    """End what the owner of this proven address follows."""
    _end([each for each in of_email(email) if each.pk == follow_id], at=at)


def end_all(email: str, *, at: datetime) -> int:
    """End everything that this address follows; returns how much it was."""
    return _end(of_email(email), at=at)


def forget_unconfirmed(*, at: datetime) -> int:
    """Forget what nobody confirmed in time; returns how much it was."""
    old = Follow.objects.filter(confirmed_at__isnull=True, asked_at__lt=at - CONFIRM_WITHIN)
    return _end(old[:10_000], at=at)


def of_email(email: str) -> list[Follow]:
    """What this address follows or was asked whether it does, the first first; at most 100."""
    rows = Follow.objects.filter(contact__in=with_email(email)).select_related("contact")
    return list(rows.order_by("pk")[:100])


@transaction.atomic
def _end(follows: Iterable[Follow], *, at: datetime) -> int:
    ended = list(follows)
    Follow.objects.filter(pk__in=[each.pk for each in ended]).delete()
    contacts.erase([each.contact_id for each in ended], report_ids=[], at=at)
    return len(ended)


def drafted(wanted: Wanted) -> Follow:
    """What would be followed, not yet kept; raises ``CannotFollow`` and ``UnknownService``."""
    if wanted.service:
        return Follow(service_id=_public_service(wanted.service))
    if wanted.point is None or wanted.within_m not in WITHIN_M:
        raise CannotFollow(_("Please choose a place or a service."), field="point")
    if wanted.group and wanted.group not in {group.name for group in written().groups}:
        raise CannotFollow(_("There is no such group of services."), field="group")
    box = Box.around(*wanted.point, metres=wanted.within_m)
    longitude, latitude = wanted.point
    return Follow(
        group=wanted.group,
        # The city's own words: what somebody types is never sent to an address of a stranger.
        place=surroundings(longitude, latitude).words[:300],
        longitude=longitude,
        latitude=latitude,
        within_m=wanted.within_m,
        west=box.west,
        south=box.south,
        east=box.east,
        north=box.north,
    )


def _public_service(code: str) -> int:
    entry = catalog().service(code)
    if not entry.active or entry.spec.privacy is Privacy.PRIVATE:
        raise CannotFollow(
            _("Requests of this service are not public, so nobody can be told of them."),
            field="service",
        )
    return entry.id


def _same(one: Follow, other: Follow) -> bool:
    names = ("service_id", "group", "longitude", "latitude", "within_m")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _asked_lately(known: Collection[Follow], *, at: datetime) -> int:
    since = at - timedelta(days=1)
    return sum(each.confirmed_at is None and each.asked_at > since for each in known)


def _follow(follow_id: int) -> Follow:
    found = Follow.objects.select_related("contact").filter(pk=follow_id).first()
    if found is None:
        raise links.bad()
    return found


def _too_many() -> str:
    return _("You follow %(n)d places and services already. Please end one of them first.") % {
        "n": MOST_FOLLOWS
    }
