"""What people wrote, as a cell that no spreadsheet takes for a formula."""

from typing import Final

# A cell that begins so is a formula to a spreadsheet, and somebody else wrote it.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """The text, behind an apostrophe where a spreadsheet would work it out."""
    return f"'{text}" if text.startswith(_FORMULA) else text
