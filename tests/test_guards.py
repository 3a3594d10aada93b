"""What is wired in one place must be told in another."""

import ast
import re
from pathlib import Path

from scripts.messages import KEYWORDS

ROOT = Path(__file__).parent.parent
SETTING = re.compile(r"""["'](CITYCALL_[A-Z_]+|DATABASE_URL)["']""")
# Names that other settings hold, not read from the environment.
INTERNAL = {
    "CITYCALL_RESIDENT_LINKS",
    "CITYCALL_STAFF_LINKS",
    "CITYCALL_FOOTER_LINKS",
    "CITYCALL_SIGN_OUT_URL",
    "CITYCALL_PUSH_SECRET",
}


def test_every_setting_is_documented() -> None:
    told = (ROOT / "docs" / "reference" / "settings.md").read_text()
    read = {
        name for path in (ROOT / "src").rglob("*.py") for name in SETTING.findall(path.read_text())
    }
    assert {name for name in read - INTERNAL if f"`{name}`" not in told} == set()


def test_every_link_of_the_docs_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
        if not target.startswith("http") and not (page.parent / target).exists()
    ]
    assert dead == []


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for room in ("src", "tests", "bench", "scripts")
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 400
    ]
    assert long == []


def test_every_sentence_can_be_collected_for_translation() -> None:
    """Neither under a name that the collector does not know, nor inside an f-string."""
    names = re.compile(r"\bn?p?gettext\w* as (\w+)")
    inside = re.compile(r"""\bf(["']).*\{_\(.*\1""")
    wrong = []
    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text()
        wrong += [f"{path}: {name}" for name in names.findall(text) if name not in {"_", *KEYWORDS}]
        wrong += [f"{path}: {found[0]}" for found in inside.finditer(text)]
    assert wrong == []


def test_no_table_says_two_things_of_one_key() -> None:
    """The later would silently take the place of the earlier."""
    twice = []
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            keys = [ast.unparse(key) for key in getattr(node, "keys", []) if key is not None]
            if isinstance(node, ast.Dict) and len(keys) != len(set(keys)):
                twice.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert twice == []
