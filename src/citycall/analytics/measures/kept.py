"""Answers that are kept beside the facts: of one version they never change.

What the first pages ask is worked out once after each refresh, by a worker, and read by every
process. A question is answered alike with or without: what is not kept is asked of the facts.
"""

import tempfile
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
from pyarrow import ipc

from citycall.analytics.store import Facts

if TYPE_CHECKING:
    from citycall.analytics.measures.asking import Question

# Larger answers are quicker to work out than to read.
LARGEST: Final = 4 * 2**20


@cache
def _definitions() -> str:
    """What the measures are defined as: an answer by other definitions is another answer."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def _path(question: "Question", folder: Path) -> Path:
    words = f"{_definitions()} {question.words()}"
    return folder / f"{sha256(words.encode()).hexdigest()}.arrow"


def recall(question: "Question", facts: Facts) -> pa.Table | None:
    """The answer that is kept with these facts; none where there is none."""
    if facts.answers is None:
        return None
    try:
        with pa.memory_map(str(_path(question, facts.answers))) as file:
            return ipc.open_file(file).read_all()
    except FileNotFoundError:
        return None


def keep(question: "Question", answer: pa.Table, facts: Facts) -> None:
    """Keep an answer for as long as these facts are; what is too large is not kept."""
    if facts.answers is None or answer.nbytes > LARGEST:
        return
    facts.answers.mkdir(mode=0o700, exist_ok=True)
    # Whole or not at all, for all who read meanwhile.
    with (
        tempfile.NamedTemporaryFile(dir=facts.answers, suffix=".part", delete=False) as beside,
        ipc.new_file(beside, answer.schema) as file,
    ):
        file.write_table(answer)
    Path(beside.name).replace(_path(question, facts.answers))
