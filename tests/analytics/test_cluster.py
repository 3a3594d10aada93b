"""Facts are exported as Parquet that says everything that they say."""

import json

import pyarrow.parquet as pq

from citycall.analytics import cluster
from tests.analytics import invented


def test_every_row_is_exported_into_its_month(tmp_path) -> None:
    facts = invented.store(tmp_path / "store", requests=300)
    cluster.export(facts, tmp_path / "out")
    for name in ("requests", "reports", "steps", "contacts"):
        there = pq.read_table(tmp_path / "out" / name).drop_columns("part")
        expected = facts.sql(f"SELECT * FROM {name} ORDER BY id")
        assert there.select(expected.column_names).sort_by("id").equals(expected)


def test_what_has_no_rows_still_has_its_columns(tmp_path) -> None:
    facts = invented.store(tmp_path / "store", requests=300)
    cluster.export(facts, tmp_path / "out")
    teams = pq.read_table(tmp_path / "out" / "layers")
    assert teams.num_rows == 0
    assert teams.column_names == ["code", "name"]


def test_an_export_takes_the_place_of_the_last_one(tmp_path) -> None:
    facts = invented.store(tmp_path / "store", requests=300)
    (tmp_path / "out" / "requests" / "part=1999-01").mkdir(parents=True)
    cluster.export(facts, tmp_path / "out")
    assert not list((tmp_path / "out").rglob("part=1999*"))
    about = json.loads((tmp_path / "out" / cluster.ABOUT).read_text())
    assert about["as_of"] == invented.AS_OF.isoformat()
