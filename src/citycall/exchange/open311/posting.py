"""The forms that are posted: new requests and updates, as each dialect wants them."""

from collections.abc import Iterator, Sequence
from typing import Final

from citycall.exchange.open311 import dates
from citycall.exchange.open311.profiles import Profile, Several
from citycall.exchange.open311.told import NewRequest, RemoteUpdate

# What the standard allows; the rest of a longer text is left out, with a sign for it.
LONGEST_DESCRIPTION: Final = 4_000
_CUT: Final = " …"


def request_form(new: NewRequest, profile: Profile) -> list[tuple[str, str]]:
    """The pairs of a new request; empty ones are left out by who sends them."""
    pairs = [
        ("service_code", new.service_code),
        ("description", _cut(new.description)),
        *_place(new, profile),
        ("email", new.email),
        ("first_name", new.first_name),
        ("last_name", new.last_name),
        ("phone", new.phone),
        ("device_id", new.device_id),
        ("account_id", new.account_id),
        *_media(new.media_urls, profile),
        *_attributes(new, profile),
    ]
    if profile.once:
        pairs.append((profile.once, new.client_request_id))
    return pairs


def update_form(update: RemoteUpdate, profile: Profile) -> list[tuple[str, str]]:
    """The pairs of an update."""
    return [
        ("service_request_id", update.service_request_id),
        ("update_id", update.update_id),
        ("status", update.status.upper()),
        ("updated_datetime", dates.written(update.at, zone=profile.zone)),
        ("description", _cut(update.description)),
        ("external_status_code", update.external_status_code),
        ("customer_reference", update.customer_reference),
        *_media(update.media_urls, profile),
    ]


def _cut(text: str) -> str:
    if len(text) <= LONGEST_DESCRIPTION:
        return text
    return text[: LONGEST_DESCRIPTION - len(_CUT)] + _CUT


def _place(new: NewRequest, profile: Profile) -> Iterator[tuple[str, str]]:
    address = new.address
    if new.latitude is not None and new.longitude is not None:
        yield "lat", f"{new.latitude:.7f}"
        yield "long", f"{new.longitude:.7f}"
        if profile.place_together and not address:
            # Such a server takes no point without words, and for a point there may be none.
            address = f"{new.latitude:.6f}, {new.longitude:.6f}"
    yield "address_string", address
    yield "address_id", new.address_id


def _media(urls: Sequence[str], profile: Profile) -> list[tuple[str, str]]:
    return [("media_url", url) for url in (urls[:1] if profile.one_medium else urls)]


def _attributes(new: NewRequest, profile: Profile) -> Iterator[tuple[str, str]]:
    for code, answer in new.attributes.items():
        if isinstance(answer, str):
            yield f"attribute[{code}]", answer
            continue
        several = "[]" if profile.several is Several.BRACKETED else ""
        for one in answer:
            yield f"attribute[{code}]{several}", one
