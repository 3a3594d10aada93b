"""The Markdown of articles: as HTML that cannot hold anything but text, and as plain text."""

from collections.abc import Iterator
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

# Raw HTML is shown as what was typed. Pictures are left out, since one from elsewhere would tell
# a stranger who reads what; links lead to no script, which the library sees to itself.
_READER = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_LARGEST_HEADING = 2


def html(text: str) -> str:
    """The text as HTML, its headings standing below the page's own."""
    tokens = _READER.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{max(int(token.tag[1]), _LARGEST_HEADING)}"
    written: str = _READER.renderer.render(tokens, _READER.options, {})
    return written


@lru_cache(maxsize=1_000)
def plain(text: str) -> str:
    """The words alone, a line for each paragraph, heading or item."""
    return "\n".join(filter(None, map(_words, _blocks(text))))


def _blocks(text: str) -> Iterator[Token]:
    return (
        token for token in _READER.parse(text) if token.type in {"inline", "fence", "code_block"}
    )


def _words(block: Token) -> str:
    if block.children is None:
        return " ".join(block.content.split())
    parts = (" " if part.type.endswith("break") else part.content for part in block.children)
    return " ".join("".join(parts).split())
