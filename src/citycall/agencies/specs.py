"""Agencies and teams as administrators write them; calendars are in ``calendars``."""

from citycall.agencies.documents import (
    Code,
    Document,
    Email,
    Name,
    Phone,
    TeamCode,
    Website,
)


class AgencySpec(Document):
    """A body that is responsible for services; ``calendar`` is the code of its working hours."""

    code: Code
    name: Name
    calendar: Code
    phone: Phone = ""
    email: Email = ""
    website: Website = ""
    retired: bool = False


class TeamSpec(Document):
    """The people of an agency (its code) who receive work together."""

    code: TeamCode
    name: Name
    agency: Code
    email: Email = ""
    retired: bool = False
