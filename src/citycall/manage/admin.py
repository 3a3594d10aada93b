"""Where Django looks for what an administrator can see and do; each part has its own file."""

from citycall.manage import definitions, people, records
from citycall.manage.site import site

__all__ = ["definitions", "people", "records", "site"]
