"""Where Django looks for what an administrator can see and do; each part has its own file."""

from citycall.manage import (
    articles,
    definitions,
    partners,
    people,
    records,
    telephones,
    told,
    webhooks,
)
from citycall.manage.site import site

__all__ = [
    "articles",
    "definitions",
    "partners",
    "people",
    "records",
    "site",
    "telephones",
    "told",
    "webhooks",
]
