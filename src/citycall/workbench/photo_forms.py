"""The form by which parts of a photo are blurred and it is published, or not."""

from dataclasses import astuple, dataclass
from typing import Any, Final, Self

from django import forms
from django.core import signing
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from citycall.privacy.finding import Box
from citycall.privacy.photo_reviews import LONGEST_REASON

BY_HAND: Final = 3
_SALT: Final = "photo-seen"
_SIDES: Final = (
    ("left", _("Part %(n)s: pixels from the left")),
    ("top", _("Part %(n)s: pixels from the top")),
    ("width", _("Part %(n)s: width in pixels")),
    ("height", _("Part %(n)s: height in pixels")),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """The stored file that is looked at, and what was found in it; none where it was not searched.

    The form brings it back signed: what is ticked are the very parts that were shown.
    """

    file: str
    found: list[Box] | None

    def signed(self) -> str:
        """It for a hidden field."""
        parts = None if self.found is None else [astuple(box) for box in self.found]
        return signing.dumps([self.file, parts], salt=_SALT, compress=True)

    @classmethod
    def read(cls, told: str) -> Self | None:
        """What ``signed`` has written; none where it is anything else."""
        try:
            file, parts = signing.loads(told, salt=_SALT)
        except signing.BadSignature:
            return None
        return cls(file, None if parts is None else [Box(*part) for part in parts])


class BlurForm(forms.Form):
    """What was found and is ticked, what was measured by hand, and what becomes of the photo."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    found = forms.TypedMultipleChoiceField(
        label=_("Found: blur these"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    becomes = forms.ChoiceField(label=_("The photo"), widget=forms.RadioSelect)
    original = forms.ChoiceField(
        label=_("The original"),
        initial="keep",
        choices=[
            ("keep", _("Keep it for a year, so that it can be put back")),
            ("destroy", _("Destroy it now")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, seen: Seen, public: bool, **more: Any) -> None:
        self.looked = seen
        self.boxes = boxes = seen.found or []
        super().__init__(*args, **more)
        self.initial = {"found": list(range(len(boxes))), "seen": seen.signed()}
        found, becomes = self.fields["found"], self.fields["becomes"]
        if isinstance(found, forms.ChoiceField):
            found.choices = [(n, _name(box)) for n, box in enumerate(boxes)]
        if not boxes:
            del self.fields["found"]
        choices = [("private", gettext("Not for everyone"))]
        if public:
            choices.insert(0, ("public", gettext("Public, with these parts blurred")))
        if isinstance(becomes, forms.ChoiceField):
            becomes.choices = choices
            becomes.initial = choices[0][0]
        for n in range(1, BY_HAND + 1):
            for side, label in _SIDES:
                self.fields[f"{side}_{n}"] = forms.IntegerField(
                    label=label % {"n": n}, required=False, min_value=0, max_value=100_000
                )

    def chosen(self) -> list[Box]:
        """The parts to blur."""
        ticked = [self.boxes[n] for n in self.cleaned_data.get("found", [])]
        return [*ticked, *self._by_hand()]

    def _by_hand(self) -> list[Box]:
        found = []
        for n in range(1, BY_HAND + 1):
            sides = [self.cleaned_data.get(f"{side}_{n}") for side, _label in _SIDES]
            if any(side is not None for side in sides):
                left, top, width, height = (side or 0 for side in sides)
                found.append(Box(left, top, width, height))
        return found


class PutBackForm(forms.Form):
    """Why the original of a photo is put back."""

    reason = forms.CharField(
        label=_("Why is the original put back?"),
        help_text=_("Staff read it in the request's history."),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Please write in some words why the original is put back.")},
    )


def _name(box: Box) -> str:
    facts = {"left": box.left, "top": box.top, "width": box.width, "height": box.height}
    if box.what == "plate":
        return gettext("Plate? %(left)s, %(top)s: %(width)s × %(height)s") % facts
    return gettext("Face? %(left)s, %(top)s: %(width)s × %(height)s") % facts
