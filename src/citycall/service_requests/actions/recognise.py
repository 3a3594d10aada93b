"""Noting in which language people wrote, for staff to see; what they wrote stays as it is.

It is stored beside the words, since a model that every web process had to hold would cost each of
them more memory than all their requests, and is erased with them.
"""

from collections.abc import Collection

from django.db import transaction

from citycall.core.actors import ActorKind
from citycall.core.languages import recognise
from citycall.core.models import Event
from citycall.service_requests.events import SUBJECT, Kind
from citycall.service_requests.models import CommentLanguage, Report

_REPORTS = frozenset({Kind.SUBMITTED, Kind.REPORT_ADDED})


def note_language(event: Event) -> None:
    """Note the language of what came with this event; done again, it changes nothing."""
    if event.subject_kind != SUBJECT:
        return
    if event.kind in _REPORTS:
        note_language_of(event.data["report"])
    elif event.actor_kind == ActorKind.RESIDENT and event.words:
        _of_comment(event.pk)


def note_language_of(report_id: int) -> None:
    """Note the language of a report; done again, it changes nothing."""
    report = Report.objects.get(pk=report_id)
    code = recognise(f"{report.words}\n{report.wanted}")
    if code:
        # Only of these words: they may have been erased meanwhile.
        said = Report.objects.filter(pk=report_id, words=report.words, wanted=report.wanted)
        said.update(written_in=code)


def forget_languages(event_ids: Collection[int]) -> None:
    """Erase what was noted of these events, with their words."""
    CommentLanguage.objects.filter(event_id__in=event_ids).delete()


@transaction.atomic
def _of_comment(event_id: int) -> None:
    # Held, so that the words are not erased between reading them and noting their language.
    event = Event.objects.select_for_update().get(pk=event_id)
    code = recognise(event.words or "")
    if code:
        CommentLanguage.objects.update_or_create(event_id=event_id, defaults={"written_in": code})
