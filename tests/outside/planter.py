"""Who reports, works on and ends requests, with something planted each time."""

import io
from datetime import timedelta
from typing import Any

from PIL import Image

from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests import photos
from citycall.service_requests.actions import close, tell_more
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails, Receipt
from citycall.service_requests.models import Attachment, Channel, Report
from tests.city import City, draft
from tests.outside.plants import Plants

PRIVACIES = {"pothole": "public", "graffiti": "private", "needles": "hidden"}
# What is public by the city's own settings: found, or the crawl did not look.
PUBLIC_WORD = "Canarybird"


class Planter:
    """Reports, works on and ends requests, each time with something planted in it."""

    def __init__(self, city: City, plants: Plants) -> None:
        self.city, self.plants = city, plants
        self.at = clock.now() - timedelta(days=3)
        self.turn = 0

    def contact(self, where: str) -> ContactDetails:
        return ContactDetails(
            name=f"{self.plants.name(where)} {self.plants.name(where)}",
            email=self.plants.email(where),
            phone="+1 " + self.plants.phone(where).replace("-", " "),
        )

    def location(self, service: str, where: str) -> Location:
        """Some place; what it is called is planted where places are not told."""
        self.turn += 1
        hidden = PRIVACIES.get(service, "public") != "public"
        return Location(
            kind=LocationKind.LANDMARK if self.turn % 2 else LocationKind.WORDS,
            longitude=-76.60 + self.turn * 0.0004,
            latitude=39.29 + self.turn * 0.0003,
            place=self.plants.words(f"{where}, place")
            if hidden or not self.turn % 2
            else f"By the mill, {self.plants.words(f'{where}, place', named=False)}",
            directions=self.plants.words(f"{where}, directions"),
        )

    def report(self, service: str, where: str, **changes: Any) -> Receipt:
        """A report through a door; Open311 publishes words, so no name is in those."""
        where = f"{service}, {where}"
        channel = changes.get("channel", Channel.WEB)
        shown = channel is Channel.OPEN311 and service == "pothole"
        words = self.plants.words(f"{where}, words", named=not shown)
        made = submit(
            draft(
                service,
                **{
                    "location": self.location(service, where),
                    "words": f"{PUBLIC_WORD}. {words}" if shown else words,
                    "wanted": self.plants.words(f"{where}, wish"),
                    "contact": self.contact(f"{where}, contact"),
                    "idempotency_key": self.plants.name(f"{where}, key of a report"),
                    **{k: v for k, v in changes.items() if k != "by"},
                },
            ),
            by=changes.get("by", resident()),
            at=self.at,
        )
        self.plants.secret(numbers.show(made.number), f"{where}, number")
        self.photo(made, Attachment.Stage.REPORT, where)
        return made

    def photo(
        self, made: Receipt, stage: Attachment.Stage, where: str, *, public: bool = False
    ) -> None:
        exif = Image.Exif()
        exif[0x010E] = self.plants.words(f"{where}, photo's title")
        exif[0x013B] = self.plants.name(f"{where}, photo's artist")
        file = io.BytesIO()
        self.turn += 1
        Image.new("RGB", (64, 48), (self.turn % 256, 80, 90)).save(file, "JPEG", exif=exif)
        file.seek(0)
        kept = tell_more.add_photo(
            made.request_id, photo=photos.keep(file), stage=stage, by=SYSTEM, at=self.at
        )
        if public:
            Attachment.objects.filter(pk=kept.pk).update(public=True)

    def note(self, made: Receipt, where: str) -> None:
        """Staff tell everyone how their reporter is reached, and each other anything."""
        told_by = Report.objects.get(pk=made.report_id).contact
        assert told_by is not None
        words = f"We rang {told_by.phone}, {told_by.email}."
        for public in (True, False):
            said = words if public else self.plants.words(f"{where}, note")
            tell_more.add_note(
                made.request_id, words=said, public=public, by=self.city.dispatcher, at=self.at
            )

    def complete(self, made: Receipt) -> None:
        self.photo(made, Attachment.Stage.AFTER, "finished work", public=True)
        told_by = Report.objects.get(pk=made.report_id).contact
        words = f"Done. Told {told_by.email} and {told_by.phone}." if told_by else "Done."
        self.at += timedelta(minutes=1)
        close.complete(
            made.request_id, outcome_code="fixed", explanation=words, by=SYSTEM, at=self.at
        )
