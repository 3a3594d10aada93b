"""What follows each event in a request's life: one table, read from top to bottom.

An event and the job that runs ``react`` commit together, so what may lag behind an action is
here and nowhere else. Every reaction is safe to run twice.
"""

from collections.abc import Callable, Iterable, Mapping

from django.db import Error as DatabaseProblem
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as jobs

from citycall import visits
from citycall.analytics.analysts import events as facts_events
from citycall.analytics.watch import events as watch_events
from citycall.appointments.actions import change as appointment_changes
from citycall.appointments.actions.bring_back import bring_back
from citycall.audience import (
    Condition,
    booked_later,
    both,
    clock_stopped,
    every_reporter,
    its_reporter,
    not_asked,
    not_open_again,
    not_told_otherwise,
    of_a_later,
    of_the_first,
    other_reporters,
    public,
    taken_back_since,
    untold,
)
from citycall.closures.actions import note as closures
from citycall.core import clock
from citycall.core.events import REACT_QUEUE, REACT_TASK
from citycall.core.models import Event
from citycall.council import cases as council
from citycall.duplicates import actions as duplicates
from citycall.duplicates import repeats
from citycall.escalations import actions as escalations
from citycall.exchange.forwarding import actions as forwarding
from citycall.exchange.webhooks import actions as webhooks
from citycall.feedback import actions as feedback
from citycall.follows import telling as followers
from citycall.meetings import events as meeting_events
from citycall.notices import by_the_city, notice_for
from citycall.notifications import actions as notifications
from citycall.notifications import delivery as deliveries
from citycall.notifications.actions import DELIVER_QUEUE, DELIVER_TASK, Recipient
from citycall.notifications.messages import Template
from citycall.service_requests import queries
from citycall.service_requests.actions.many import ManyStep
from citycall.service_requests.actions.recognise import note_language
from citycall.service_requests.events import SUBJECT, Kind
from citycall.service_requests.models import Report, ServiceRequest
from citycall.service_requests.second_look import closed_by
from citycall.triage import judging, moves
from citycall.work_orders import events as order_events

Reaction = Callable[[Event], None]
Audience = Callable[[Event], Iterable[Report]]

CLOSE_TASK = "citycall.close_undisputed"
HOUSEKEEPING_QUEUE = "housekeeping"

# A fault of the database may pass. Anything else is a fault of ours: it is shown as a dead job at
# once, and is run again when it has been put right.
_AGAIN_SOON = RetryStrategy(max_attempts=5, exponential_wait=3, retry_exceptions=(DatabaseProblem,))
# After 6 seconds, 36, then 4 minutes, 22, 2 hours and 13: 15 hours for a mail server to return.
_AGAIN_LATER = RetryStrategy(
    max_attempts=6,
    exponential_wait=6,
    retry_exceptions=(deliveries.TryAgainLater, DatabaseProblem),
)


class NoReaction(LookupError):
    """An event of a kind that the table does not know."""


def give_back_its_date(event: Event) -> None:
    """Nobody comes any more on the date that was booked: others can have it."""
    if not untold(event) and not taken_back_since(event):
        appointment_changes.give_back(
            event.subject_id, at=event.at, though_open=event.kind == Kind.SERVICE_CHANGED
        )


def bring_its_date_back(event: Event) -> None:
    """What ended by mistake gets the date again that was given back, or its reporters are told."""
    undone = Kind.MERGED if event.kind == Kind.UNMERGED else Kind.COMPLETED
    if undone is Kind.COMPLETED and event.data["step"] != ManyStep.COMPLETE:
        return
    earlier = Event.objects.filter(
        subject_kind=event.subject_kind, subject_id=event.subject_id, id__lt=event.pk
    )
    ended = earlier.filter(kind=undone.value).order_by("id").last()
    if ended is not None:
        bring_back(event.subject_id, ended_at=ended.at, at=event.at)


def note_its_move(event: Event) -> None:
    """Routing and words are learned from where requests went in the end."""
    moves.note(event)


def judge(event: Event) -> None:
    """How urgent it is may be another matter now."""
    judging.judge(event.subject_id, at=clock.now())


def watch_its_date(event: Event) -> None:
    """When the date draws near, and how far it is past, is told step by step."""
    escalations.watch(event.subject_id, at=clock.now())


def note_for_followers(event: Event) -> None:
    """Whoever follows the place or the service hears of the new request by and by."""
    followers.note(event.subject_id)


def note_closure(event: Event) -> None:
    """What was completed is looked at again, some hours later and when anybody speaks of it."""
    if taken_back_since(event):
        return
    closures.note_completions([event.subject_id], at=event.at)
    closures.note_answers([event.subject_id], at=event.at)


def tell_offices(event: Event) -> None:
    """The council offices that follow one of its reports for a resident."""
    if event.kind in council.PROGRESS and public(event) and not untold(event):
        council.owe_news(queries.family_ids(event.subject_id), event_id=event.pk)


def note_that_nobody_came(event: Event) -> None:
    """Of a request that was called done, that is the reporter's answer."""
    feedback.note_missed(event)


def note_repeat(event: Event) -> None:
    """The new request may tell of what was completed nearby a little before."""
    closures.note_repeats([event.subject_id], at=event.at)


def ask_too(event: Event) -> None:
    """Who can be reached only since it was completed is asked like the others."""
    done = None if not_asked(event) else closed_by(ServiceRequest.objects.get(pk=event.subject_id))
    if done is not None:
        asked = (Recipient(contact=r.contact, report_id=r.pk) for r in its_reporter(event))
        notifications.notify(event=done, template=Template.COMPLETED, recipients=asked)


def look_for_the_same(event: Event) -> None:
    """What may be the same problem is put before people, and a repeat place gets its request."""
    duplicates.find_for(event.subject_id, at=event.at)
    repeats.join(event.subject_id, at=event.at)


def compare_its_photo(event: Event) -> None:
    """A reporter's photo comes after the report: it may look like one that is there already."""
    if event.data.get("stage") == "report":
        duplicates.find_for(event.subject_id, at=event.at)


def note_parted(event: Event) -> None:
    """Who parts two requests says that they are not the same."""
    duplicates.note_parted(event.subject_id, at=event.at)


def mail(template: Template, *, to: Audience, when: Condition | None = None) -> Reaction:
    """The reaction that owes a message to each of an audience, by every way that they gave."""

    def owe(event: Event) -> None:
        if (when is None or when(event)) and not untold(event):
            notifications.notify(
                event=event,
                template=template,
                recipients=(
                    Recipient(contact=report.contact, report_id=report.pk) for report in to(event)
                ),
            )

    return owe


# Assigning, starting, photos and the like are on the request's page for whoever looks; nobody is
# written to about them.
REACTIONS: Mapping[Kind, tuple[Reaction, ...]] = {
    Kind.SUBMITTED: (
        mail(Template.RECEIVED, to=its_reporter),
        forwarding.forward,
        note_for_followers,
        judge,
        watch_its_date,
        note_repeat,
        look_for_the_same,
    ),
    Kind.REPORT_ADDED: (mail(Template.JOINED, to=its_reporter), judge, note_closure),
    Kind.INFORMATION_ADDED: (judge, note_closure),
    Kind.IMPORTED: (watch_its_date,),
    Kind.ASSIGNED: (),
    Kind.STARTED: (),
    Kind.HELD: (mail(Template.HELD, to=every_reporter, when=clock_stopped), watch_its_date),
    Kind.RESUMED: (watch_its_date,),
    Kind.PROMISE_CHANGED: (
        mail(Template.NEW_DATE, to=every_reporter, when=not_told_otherwise),
        watch_its_date,
    ),
    Kind.TRANSFERRED: (note_its_move, watch_its_date),
    Kind.RETURNED: (note_its_move, watch_its_date),
    Kind.PRIORITY_CHANGED: (),
    Kind.SERVICE_CHANGED: (
        mail(Template.SERVICE_CHANGED, to=every_reporter),
        note_its_move,
        judge,
        give_back_its_date,
        watch_its_date,
        forwarding.forward,
    ),
    Kind.COMPLETED: (
        mail(Template.COMPLETED, to=every_reporter, when=not_open_again),
        give_back_its_date,
        watch_its_date,
        note_closure,
    ),
    Kind.CONFIRMED: (mail(Template.CLOSED, to=other_reporters), note_closure),
    Kind.CLOSED: (mail(Template.CLOSED, to=every_reporter),),
    Kind.DISPUTED: (
        mail(Template.REOPENED, to=every_reporter),
        judge,
        watch_its_date,
        note_closure,
    ),
    Kind.REOPENED: (mail(Template.REOPENED, to=every_reporter), judge, watch_its_date),
    Kind.INSPECTED: (),
    Kind.CANCELLED: (
        mail(Template.CANCELLED, to=every_reporter, when=by_the_city),
        give_back_its_date,
        watch_its_date,
    ),
    Kind.TAKEN_BACK: (
        mail(Template.TAKEN_BACK, to=every_reporter),
        bring_its_date_back,
        judge,
        watch_its_date,
    ),
    Kind.TAGGED: (),
    Kind.REDACTED: (),
    Kind.REFERRED: (
        mail(Template.REFERRED, to=every_reporter),
        give_back_its_date,
        watch_its_date,
    ),
    Kind.MERGED: (
        mail(Template.MERGED, to=every_reporter, when=not_open_again),
        give_back_its_date,
        watch_its_date,
    ),
    Kind.UNMERGED: (
        mail(Template.UNMERGED, to=every_reporter),
        note_parted,
        bring_its_date_back,
        watch_its_date,
    ),
    Kind.ESCALATED: (judge,),
    Kind.RECEIVED_MERGE: (judge,),
    Kind.LOST_MERGE: (judge,),
    Kind.NOTE_ADDED: (mail(Template.NOTE, to=every_reporter, when=public),),
    Kind.PHOTO_ADDED: (compare_its_photo,),
    Kind.ERASED: (),
    Kind.CONTACT_GIVEN: (
        ask_too,
        mail(Template.RECEIVED, to=its_reporter, when=both(of_the_first, not_asked)),
        mail(Template.JOINED, to=its_reporter, when=both(of_a_later, not_asked)),
    ),
    Kind.APPOINTMENT_BOOKED: (
        mail(Template.APPOINTMENT_BOOKED, to=every_reporter, when=booked_later),
        visits.keep_to_the_date,
    ),
    Kind.APPOINTMENT_MOVED: (
        mail(Template.APPOINTMENT_MOVED, to=every_reporter),
        visits.keep_to_the_date,
    ),
    Kind.APPOINTMENT_CANCELLED: (
        mail(Template.APPOINTMENT_CANCELLED, to=every_reporter),
        visits.keep_to_the_date,
    ),
    Kind.APPOINTMENT_NEAR: (mail(Template.APPOINTMENT_NEAR, to=every_reporter),),
    Kind.VISIT_PLANNED: (),
    Kind.VISIT_CALLED_OFF: (),
    Kind.VISITED: (),
    Kind.NOT_FOUND: (visits.have_them_called, mail(Template.NOTE, to=visits.not_to_be_called)),
    Kind.CALL_ASKED: (visits.have_them_called,),
    Kind.APPOINTMENT_OFFERED: (mail(Template.APPOINTMENT_OFFERED, to=every_reporter),),
    Kind.APPOINTMENT_MISSED: (
        mail(Template.APPOINTMENT_MISSED, to=every_reporter),
        note_that_nobody_came,
    ),
}
# And after each of them: other systems are told, as far as they asked for it and may know, council
# offices hear of what they follow, and the language of what a resident wrote is noted for staff.
ALWAYS: tuple[Reaction, ...] = (forwarding.owe_update, webhooks.owe, tell_offices, note_language)


def react(event: Event) -> None:
    """Do what follows the event, in the table's order; done already, it changes nothing.

    Raises ``NoReaction`` for a kind that is not in the table.
    """
    if event.subject_kind == order_events.SUBJECT and event.kind in {*order_events.Kind}:
        webhooks.owe_order(event)
        return
    if event.subject_kind == facts_events.SUBJECT and event.kind in {*facts_events.Kind}:
        return  # What analysts asked is for the record.
    if event.subject_kind in meeting_events.SUBJECTS and event.kind in {*meeting_events.Kind}:
        return  # What is said at meetings is for those who hold them: nothing follows by itself.
    if event.subject_kind in watch_events.SUBJECTS and event.kind in {*watch_events.Kind}:
        return  # What staff ask of the data is theirs; alerts are mailed by what finds them.
    if event.subject_kind != SUBJECT or event.kind not in REACTIONS:
        raise NoReaction(f"{event.subject_kind}: {event.kind}")
    for reaction in (*REACTIONS[Kind(event.kind)], *ALWAYS):
        reaction(event)


@jobs.task(name=REACT_TASK, queue=REACT_QUEUE, retry=_AGAIN_SOON)
def react_to(event_id: int) -> None:
    """The job that every event leaves behind."""
    react(Event.objects.get(pk=event_id))


@jobs.task(name=DELIVER_TASK, queue=DELIVER_QUEUE, retry=_AGAIN_LATER)
def deliver(delivery_id: int) -> None:
    """The job of one owed message; written when it is sent, so that nothing erased is in it."""
    deliveries.send(delivery_id, notice_for=notice_for, at=clock.now())


@jobs.periodic(cron="*/10 * * * *")
@jobs.task(name=CLOSE_TASK, queue=HOUSEKEEPING_QUEUE, queueing_lock=CLOSE_TASK)
def close_undisputed(timestamp: int) -> None:
    """Every ten minutes: close what nobody has objected to in time."""
    feedback.close_undisputed_due(at=clock.now())
