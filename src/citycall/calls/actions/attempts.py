"""How an attempt to call somebody back ends: reached, to be tried again, or given up."""

from datetime import datetime, timedelta
from typing import Final

from citycall.calls import hours, news
from citycall.calls.models import CallBack, Disposition

# After the first attempt that reaches nobody, and after the second; the third is the last.
PAUSES: Final = (timedelta(minutes=5), timedelta(minutes=30))
OPEN: Final = (CallBack.State.WAITING, CallBack.State.CALLING)


def end(call_back: CallBack, state: CallBack.State, *, at: datetime) -> None:
    """It is over; its row is held by who asks."""
    call_back.state, call_back.ended_at, call_back.next_at = state, at, None
    call_back.save()
    news.tell(news.QUEUE)


def failed(call_back: CallBack, *, at: datetime) -> None:
    """Nobody answered: tried again after a pause that grows, three times in all."""
    if call_back.state == CallBack.State.WAITING:
        call_back.attempts += 1
    if call_back.attempts > len(PAUSES):
        end(call_back, CallBack.State.FAILED, at=at)
        return
    again = hours.opens_at(at + PAUSES[max(call_back.attempts, 1) - 1])
    call_back.state, call_back.taker, call_back.next_at = CallBack.State.WAITING, None, again
    call_back.save(update_fields=["state", "taker", "next_at", "attempts"])
    news.tell(news.QUEUE)


def settle(call_id: int, *, taker_id: int, disposition: str, at: datetime) -> None:
    """The conversation that called somebody back was wrapped up, which says how it went."""
    mine = CallBack.objects.select_for_update().filter(
        call_id=call_id, taker_id=taker_id, state=CallBack.State.CALLING
    )
    for call_back in mine:
        if disposition == Disposition.NOTHING:
            failed(call_back, at=at)
        else:
            end(call_back, CallBack.State.DONE, at=at)
