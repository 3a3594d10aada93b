"""The web process's entry: one site for people, and the same with less around it for programs."""

import gc
import os
from collections.abc import Callable, Iterable
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from citycall.core.careful_request import Request
from citycall.core.lanes import Lanes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citycall.settings")

Start = Callable[..., Any]


class _People(WSGIHandler):
    """The handler of the pages."""

    request_class = Request


class _Machines(WSGIHandler):
    """The handler of the machines' doors, which need neither sessions nor forms."""

    request_class = Request

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002
        """Load ``MACHINE_MIDDLEWARE``; Django reads the one setting only."""
        usual = settings.MIDDLEWARE
        settings.MIDDLEWARE = settings.MACHINE_MIDDLEWARE
        try:
            super().load_middleware(is_async)
        finally:
            settings.MIDDLEWARE = usual


django.setup(set_prefix=False)
# What is imported here needs Django to be set up.
from citycall.open311.lane import Lane  # noqa: E402

_people, _machines = _People(), Lane(_Machines())
_DOORS = tuple(settings.MACHINE_DOORS)


def _site(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Answer one request."""
    handler = _machines if environ["PATH_INFO"].startswith(_DOORS) else _people
    return handler(environ, start_response)


_threads = int(os.environ.get("CITYCALL_THREADS", "0"))
application = Lanes(_site, count=_threads) if _threads else _site


# What was loaded stays; and the collector looks at what requests leave behind less often than
# its usual every 700 objects, which a single request exceeds several times.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
