"""What is told of services, groups and agencies."""

from pydantic import BaseModel, Field

from citycall.api.parameters import Fields, Language, Words


class ServiceListing(BaseModel):
    """Which services to list."""

    q: Words = Field("", description="Words of name, description, group or keywords.")
    group: Words = Field("", description="The name of a group.")
    agency: Words = Field("", description="The code of an agency.")
    language: Language = Field("", description="Of names and descriptions, where offered.")
    fields: Fields = Field("", description="The fields to tell, with commas; all when empty.")


class ServiceOut(BaseModel):
    """A service that residents can ask for.

    `privacy` says what everyone may see of its requests: `public`, `hidden_location` or
    `private`.
    """

    code: str
    name: str
    group: str
    description: str
    keywords: list[str]
    agency: str = Field(description="The code of the agency that is usually responsible.")
    location: str = Field(description="`required`, `optional` or `none`.")
    contact: str = Field(description="`required`, `optional` or `not_asked`.")
    privacy: str


class ChoiceOut(BaseModel):
    """An answer that can be chosen: programs send `key`, people read `name`."""

    key: str
    name: str


class ConditionOut(BaseModel):
    """Holds by the answer to an earlier question; one of the three tests is not null."""

    question: str
    equals: str | None
    any_of: list[str] | None
    answered: bool | None


class StopOut(BaseModel):
    """What to tell a person who answers one of `when`, before the report is taken."""

    when: list[str]
    kind: str
    text: str


class QuestionOut(BaseModel):
    """One thing to ask, or (`variable` false) a text to show, where all of `only_if` hold."""

    code: str
    text: str
    help: str
    datatype: str
    variable: bool
    required: bool
    choices: list[ChoiceOut]
    only_if: list[ConditionOut]
    stops: list[StopOut]


class OverrideOut(BaseModel):
    """Another promise for a priority, an area (`layer/code`), or both."""

    words: str
    priority: int | None
    area: str | None
    amount: int
    unit: str
    clock: str
    reason: str


class TargetOut(BaseModel):
    """The time in which the service is promised, in words and as data."""

    words: str
    amount: int
    unit: str = Field(description="`minutes`, `hours` or `days`.")
    clock: str = Field(description="`calendar`, or `business` for working time.")
    overrides: list[OverrideOut]


class ReasonOut(BaseModel):
    """Why work may wait."""

    code: str
    name: str


class OutcomeOut(BaseModel):
    """Why a request was completed; `fixed` says whether the problem is gone."""

    code: str
    name: str
    fixed: bool


class BookingOut(BaseModel):
    """What holds for the dates of a service; see `/services/{code}/dates` for the free ones."""

    days_ahead: int = Field(description="How many days ahead a date can be taken.")
    items: str | None = Field(description="The question that says how many things there are.")
    most_items: int | None = Field(description="The most that one appointment takes.")
    per_year: int | None = Field(description="The most that an address may have in a year.")


class ServiceWhole(ServiceOut):
    """A service with everything that a report of it must say, and what is promised."""

    active: bool = Field(description="Whether it is still offered.")
    location_kinds: list[str] = Field(description="The kinds that are taken; none means all.")
    something_else: bool = Field(description="Whether it takes what fits no other service.")
    photo_on_completion: bool
    verification_days: int = Field(description="Days in which a completion can be disputed.")
    target: TargetOut | None
    questions: list[QuestionOut]
    outcomes: list[OutcomeOut]
    booking: BookingOut | None = Field(description="For a service that is an appointment.")
    pause_reasons: list[ReasonOut] = Field(description="Reasons that stop the clock.")
    hold_reasons: list[ReasonOut] = Field(description="Reasons that do not.")


class GroupOut(BaseModel):
    """Services that residents find together."""

    name: str
    services: list[str]


class AgencyOut(BaseModel):
    """An agency and how to reach it; what is not known is empty."""

    code: str
    name: str
    phone: str
    email: str
    website: str
