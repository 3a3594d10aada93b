"""Making the next batch while the database takes in the last: two processors, half the time."""

import threading
from collections.abc import Iterable, Iterator
from queue import Full, Queue
from typing import Generic, TypeVar

T = TypeVar("T")

_PATIENCE_SECONDS = 0.1


def prefetched(items: Iterable[T]) -> Iterator[T]:
    """The same items, the next one made in a thread of its own meanwhile.

    An error in the making is raised where the item would have come. The thread ends when this
    does; it must not use the database, whose connections belong to their own threads.
    """
    maker = _Maker(items)
    thread = threading.Thread(target=maker.run, name="history", daemon=True)
    thread.start()
    try:
        yield from maker.made()
    finally:
        maker.stop.set()
        thread.join()


class _End:
    """What the maker puts last: nothing, or why it stopped."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class _Maker(Generic[T]):
    def __init__(self, items: Iterable[T]) -> None:
        self.stop = threading.Event()
        self._items = items
        self._queue: Queue[T | _End] = Queue(maxsize=1)

    def run(self) -> None:
        end = _End()
        try:
            for item in self._items:
                self._put(item)
                if self.stop.is_set():
                    return
        except BaseException as error:  # Raised again where the item is waited for.
            end = _End(error)
        self._put(end)

    def made(self) -> Iterator[T]:
        while True:
            item = self._queue.get()
            if not isinstance(item, _End):
                yield item
            elif item.error is not None:
                raise item.error
            else:
                return

    def _put(self, item: T | _End) -> None:
        while not self.stop.is_set():
            try:
                self._queue.put(item, timeout=_PATIENCE_SECONDS)
            except Full:
                continue
            return
