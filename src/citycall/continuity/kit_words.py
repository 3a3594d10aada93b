"""What the kit itself says, by the names that its script uses."""

from collections.abc import Mapping

from django.utils.translation import gettext as _


def words() -> Mapping[str, str]:
    """Every sentence of the kit in the language that is spoken just now."""
    return {**_page(), **_intake(), **_given(), **_taken(), **_numbers()}


def _page() -> dict[str, str]:
    return {
        "title": _("Continuity kit"),
        "pageLanguage": _("Language of this page"),
        "skip": _("Skip to main content"),
        "emergency": _("If anyone is in danger, call %(number)s."),
        "sections": _("Sections"),
        "newReport": _("New report"),
        "taken": _("Taken with this kit"),
        "directory": _("Directory"),
        "known": _("What is known"),
        "left": _("Numbers left: %(count)s"),
        "unexported": _("Not in an export file yet: %(count)s"),
        "export": _("Export now"),
        "exported": _("Exported to the file %(file)s in this browser's downloads."),
        "old": _(
            "This kit is old. What it knows may have changed; use a newer one if there is one."
        ),
        "over": _("This kit is out of date and must not be used any more."),
        "noStore": _(
            "This browser does not keep what is typed here. Use another browser or a window that "
            "is not private, or write on paper cards."
        ),
        "loading": _("The kit is opening …"),
        "search": _("Search"),
        "nothing": _("Nothing found."),
        "alerts": _("Service alerts"),
        "noAlerts": _("No service alert is known."),
        "articles": _("Answers"),
        "until": _("Until %(when)s"),
        "afterHours": _("Outside of these hours: %(who)s"),
        "hoursUnknown": _("Hours are not known."),
        "keys": _("Ctrl+Enter saves. F2: new report. F4: taken. F8: directory. F9: what is known."),
    }


def _intake() -> dict[str, str]:
    return {
        "caller": _("Who is calling?"),
        "personal": _("Personal data"),
        "callLanguage": _("Caller's language"),
        "phone": _("Phone number"),
        "name": _("Name"),
        "email": _("E-mail address"),
        "what": _("What does the caller say?"),
        "service": _("Service"),
        "serviceHelp": _("Type a word, then choose with the arrow keys and Enter."),
        "readAloud": _("To read aloud"),
        "knownAlready": _("Known already"),
        "noDanger": _("The caller says that there is no danger: continue"),
        "stopRead": _("I have read this aloud, and the caller wants to report all the same"),
        "where": _("Where is it?"),
        "place": _("Address, street corner, park or place"),
        "placeHelp": _("Choose with the arrow keys and Enter, or leave the caller's own words."),
        "onMap": _("Found: %(kind)s"),
        "inWords": _("Not found in the kit; kept in the caller's words."),
        "directions": _("How do we find the spot there?"),
        "save": _("Save and give a number"),
        "saveChange": _("Save the correction"),
        "saveAnyway": _("Save all the same; it is finished later"),
        "clear": _("Clear the form"),
        "correcting": _("Correcting %(number)s. It keeps its number and its time."),
        "restored": _("What was typed before this page was closed is filled in below."),
        "faults": _("Please check what you entered"),
        "chooseService": _("Please choose what it is about."),
        "answer": _("Please answer this question."),
        "sayWhere": _("Please say where this is."),
        "sayWhat": _("Please tell us what it is about."),
        "giveContact": _("Please give an e-mail address or a phone number."),
        "readStop": _("Please read the warning aloud first."),
        "choose": _("Please choose"),
        "required": _("required"),
    }


def _given() -> dict[str, str]:
    return {
        "number": _("Confirmation number"),
        "readNumber": _("Read this number aloud:"),
        "corrected": _("The correction is saved."),
        "kept": _("Saved on this computer at %(when)s."),
        "next": _("Next report"),
        "print": _("Print"),
        "noneLeft": _("This kit has no numbers left. Use another kit or paper cards."),
        "notSaved": _(
            "This could not be saved on this computer. Write it on a paper card: %(why)s"
        ),
    }


def _taken() -> dict[str, str]:
    return {
        "time": _("Time"),
        "state": _("State"),
        "stateGood": _("Valid"),
        "stateVoid": _("Void"),
        "contact": _("Contact"),
        "contactGiven": _("given"),
        "actions": _("Actions"),
        "correct": _("Correct %(number)s"),
        "void": _("Make %(number)s void"),
        "voidSure": _("Make %(number)s void? This cannot be taken back. No request is made of it."),
        "erase": _("Erase these reports from this computer"),
        "eraseSure": _("Erase these reports? Do this only when they have been merged."),
        "noneTaken": _("No report was taken with this kit in this browser."),
    }


def _numbers() -> dict[str, str]:
    return {
        "digit0": _("zero"),
        "digit1": _("one"),
        "digit2": _("two"),
        "digit3": _("three"),
        "digit4": _("four"),
        "digit5": _("five"),
        "digit6": _("six"),
        "digit7": _("seven"),
        "digit8": _("eight"),
        "digit9": _("nine"),
    }
