"""The people behind records, where an export tells of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from citycall.exchange.history.faults import Oddity
from citycall.exchange.history.fields import Fields
from citycall.exchange.history.moments import Moments
from citycall.service_requests.actions.load_batch import past_contacts
from citycall.service_requests.checks import clean_email, clean_phone

LONGEST_NAME = 150


def contacts_of(
    fields: Fields, requested: Moments, note: Callable[[Oddity, NDArray[np.bool_]], None]
) -> tuple[pa.Table | None, Any]:
    """The contacts of some rows, and for each row the number of its contact (null: none)."""
    told = [fields.text(name) for name in ("contact_name", "contact_email", "contact_phone")]
    given = np.any([column.is_valid().to_numpy(zero_copy_only=False) for column in told], axis=0)
    if not given.any():
        return None, pa.nulls(len(fields), pa.int64())
    rows = np.flatnonzero(given)
    names, emails, phones = (column.take(pa.array(rows)).to_pylist() for column in told)
    wrong = np.zeros(len(fields), dtype=bool)
    for place, row in enumerate(rows.tolist()):
        faults: dict[str, str] = {}
        emails[place] = clean_email(emails[place] or "", faults=faults)
        phones[place] = clean_phone(phones[place] or "", faults=faults)
        wrong[row] = bool(faults)
    note(Oddity.BAD_CONTACT, wrong)
    contacts = past_contacts(
        name=pc.utf8_slice_codeunits(
            pc.fill_null(pa.array(names, pa.string()), ""), 0, LONGEST_NAME
        ),
        email=emails,
        phone=phones,
        created_at=requested[rows],
    )
    return contacts, pa.array(np.cumsum(given) - 1, mask=~given)
