"""Where Django looks for what an administrator can see and do; each part has its own file."""

from citycall.manage import articles, definitions, partners, people, records, told, webhooks
from citycall.manage.site import site

__all__ = ["articles", "definitions", "partners", "people", "records", "site", "told", "webhooks"]
