"""Reading saved questions, who is mailed, and what was found: guarded, and paged."""

from collections.abc import Sequence
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from citycall.agencies.models import Agency
from citycall.analytics.measures.asking import Question
from citycall.analytics.policies import PERMISSIONS as NUMBERS
from citycall.analytics.queries import agencies_of
from citycall.analytics.watch.models import Alert, Rule, SavedQuestion, Sharing, Subscription
from citycall.analytics.watch.policies import PERMISSIONS
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import NotAllowed, NotFound
from citycall.core.paging import Page, decode, encode

SIZE: Final = 30


def account_of(actor: Actor) -> int:
    """The id of a person's account; raises NotAllowed for programs and whoever has none."""
    if actor.kind is not ActorKind.STAFF or actor.id is None:
        raise NotAllowed(_("This page is for city staff."))
    return actor.id


def _found(actor: Actor) -> Q:
    """The questions that others share with the actor."""
    with_all = Q(sharing=Sharing.CITY)
    grant = NUMBERS["see"]
    if actor.holds_anywhere(grant.everywhere):
        return with_all | Q(sharing=Sharing.AGENCY)
    agencies = actor.agencies_as(grant.own_agency)
    if agencies is None:
        return with_all | Q(sharing=Sharing.AGENCY)
    return with_all | Q(sharing=Sharing.AGENCY, agency__in=agencies)


def question_for(actor: Actor, question_id: int, *, lock: bool = False) -> SavedQuestion:
    """A question that is the actor's own or shared with them; raises NotFound and NotAllowed."""
    agencies_of(actor)
    rows = SavedQuestion.objects.select_related("owner", "agency")
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(_found(actor) | Q(owner_id=account_of(actor)), pk=question_id).first()
    if row is None:
        raise NotFound(_("There is no such question, or it is not shared with you."))
    return row


def may_see(actor: Actor, question_id: int) -> bool:
    """Whether a question is the actor's own or shared with them."""
    try:
        question_for(actor, question_id)
    except NotFound:
        return False
    return True


def own(actor: Actor) -> list[SavedQuestion]:
    """The actor's own questions by title; there are never more than ``save.MOST``."""
    return list(SavedQuestion.objects.filter(owner_id=account_of(actor)).order_by("title", "id"))


def shared(actor: Actor, *, before: str = "", size: int = SIZE) -> Page[SavedQuestion]:
    """One page of the questions that others share with the actor, the latest first."""
    rows: QuerySet[SavedQuestion] = SavedQuestion.objects.filter(_found(actor))
    rows = rows.exclude(owner_id=account_of(actor)).exclude(sharing=Sharing.OWN)
    if before:
        (last,) = decode(before, kinds=(int,))
        rows = rows.filter(pk__lt=last)
    found = list(rows.select_related("owner", "agency").order_by("-id")[: size + 1])
    older = encode((found[size - 1].pk,)) if len(found) > size else ""
    return Page(rows=found[:size], newer="", older=older)


def may_share_with(actor: Actor) -> tuple[bool, Sequence[Agency]]:
    """Whether the actor may share with the whole city, and with which agencies."""
    grant = PERMISSIONS["share"]
    agencies = [each for each in agencies_of(actor) if grant.allows(actor, agency_id=each.pk)]
    return grant.allows(actor, agency_id=None), agencies


def may_tidy(actor: Actor) -> bool:
    """Whether the actor may delete what others have shared."""
    return PERMISSIONS["tidy"].allows(actor, agency_id=None)


def may_watch(actor: Actor, question: Question) -> bool:
    """Whether the actor may have this number watched: all agencies it is about must be theirs."""
    grant = PERMISSIONS["watch"]
    agencies = question.where.get("agency", [])
    return grant.allows(actor, agency_id=None) or (
        bool(agencies) and all(grant.allows(actor, agency_id=each) for each in agencies)
    )


def subscription_of(actor: Actor, row: SavedQuestion) -> Subscription | None:
    """How the actor is mailed the answers to a question."""
    return row.subscriptions.filter(user_id=account_of(actor)).first()


def rules_of(actor: Actor, row: SavedQuestion) -> list[Rule]:
    """The actor's own rules on a question."""
    return list(row.rules.filter(user_id=account_of(actor)).order_by("id"))


def all_rules_of(actor: Actor) -> list[tuple[Rule, bool]]:
    """All of the actor's own rules, and whether their questions are still to be seen.

    There are never more than ``rule.MOST``.
    """
    account = account_of(actor)
    shown = SavedQuestion.objects.filter(_found(actor) | Q(owner_id=account)).values("pk")
    rows = Rule.objects.filter(user_id=account).select_related("question")
    told = rows.annotate(seen=Exists(shown.filter(pk=OuterRef("question_id"))))
    return [(row, row.seen) for row in told.order_by("question__title", "id")]


def readable(actor: Actor) -> QuerySet[Alert]:
    """What the actor's rules found of numbers that the actor may have watched now.

    Raises NotAllowed to those who may see no numbers.
    """
    grant = PERMISSIONS["watch"]
    account = account_of(actor)
    agencies = [each.pk for each in agencies_of(actor) if grant.allows(actor, agency_id=each.pk)]
    shown = SavedQuestion.objects.filter(_found(actor) | Q(owner_id=account))
    rows = Alert.objects.filter(rule__user_id=account, rule__question__in=shown)
    if grant.allows(actor, agency_id=None):
        return rows
    return rows.filter(agencies__contained_by=agencies).exclude(agencies=[])


def alerts_of(actor: Actor, *, question_id: int | None = None, size: int = SIZE) -> list[Alert]:
    """What the actor's rules found, what is still so first, then the latest; see ``readable``."""
    rows = readable(actor).select_related("rule__question")
    if question_id is not None:
        rows = rows.filter(rule__question_id=question_id)
    still = list(rows.filter(ended_at__isnull=True).order_by("-id")[:size])
    over = list(rows.filter(ended_at__isnull=False).order_by("-id")[:size])
    return [*still, *over]
