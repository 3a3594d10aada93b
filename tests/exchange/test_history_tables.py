"""Reading exports: no row is lost, whatever the file is like."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from citycall.exchange.history import tables
from citycall.exchange.history.tables import BadFile, open_export


def export(folder: Path, content: bytes | str, name: str = "export.csv") -> tables.Export:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_export(path)


def cells(found: tables.Export, column: str = "id") -> list[str]:
    parts = found.read([column], size=2)
    return [cell for part in parts for cell in part.table[column].to_pylist()]


def test_every_row_is_read_a_few_at_a_time(tmp_path: Path) -> None:
    found = export(tmp_path, "id,b\n1,x\n2,y\n3,z\n")
    sizes = [part.table.num_rows for part in found.read(["id"], size=2)]
    assert sizes == [2, 1]
    assert cells(found) == ["1", "2", "3"]


def test_rows_with_wrong_cells_are_named_and_the_others_keep_their_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "_BLOCK", 200)
    rows = [f"{n},a{n},b" for n in range(1, 101)]
    broken = [5, 6, 40, 77, 100]
    for number in broken:
        rows[number - 1] = f"{number},only"
    found = export(tmp_path, "id,a,b\n" + "\n".join(rows) + "\n")
    numbers, ids, bad = [], [], []
    for part in found.read(["id"], size=7):
        numbers += part.numbers.tolist()
        ids += [int(cell) for cell in part.table["id"].to_pylist()]
        bad += [row.number for row in part.bad]
    assert ids == numbers == [n for n in range(1, 101) if n not in broken]
    assert bad == broken
    assert found.rows == 100


def test_a_line_end_within_quotes_is_part_of_the_cell(tmp_path: Path) -> None:
    found = export(tmp_path, 'id,words\n1,"two\nlines"\n2,one\n')
    assert cells(found, "words") == ["two\nlines", "one"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found_out(tmp_path: Path, encoding: str) -> None:
    found = export(tmp_path, "id,words\n1,Peña’s café\n".encode(encoding))
    assert found.names == ["id", "words"]
    assert cells(found, "words") == ["Peña’s café"]


def test_a_quotation_mark_that_is_never_closed_is_noticed(tmp_path: Path) -> None:
    assert export(tmp_path, 'id,b\n1,"x\n2,y\n').odd_quotes
    assert not export(tmp_path, 'id,b\n1,"x"\n2,y\n').odd_quotes


def test_tabs_divide_a_tsv(tmp_path: Path) -> None:
    assert cells(export(tmp_path, "id\tb\n1\tx,y\n", "export.tsv"), "b") == ["x,y"]


def test_a_compressed_file_is_read(tmp_path: Path) -> None:
    with pa.output_stream(str(tmp_path / "export.csv.gz"), compression="gzip") as stream:
        stream.write(b"id,b\n1,x\n")
    assert cells(open_export(tmp_path / "export.csv.gz")) == ["1"]


def test_a_file_with_a_header_only_has_no_rows(tmp_path: Path) -> None:
    found = export(tmp_path, "id,b\n")
    assert cells(found) == []
    assert found.rows == 0


@pytest.mark.parametrize(
    ("content", "why"), [("", "Empty"), ("a,a\n1,2\n", "two columns have the same name")]
)
def test_a_file_that_is_no_table_is_refused_with_the_reason(
    tmp_path: Path, content: str, why: str
) -> None:
    with pytest.raises(BadFile, match=why):
        export(tmp_path, content)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"nowhere\.csv"):
        open_export(tmp_path / "nowhere.csv")


def test_a_parquet_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"export\.parquet cannot be read"):
        export(tmp_path, b"not parquet", "export.parquet")


def test_columns_of_parquet_become_text_as_people_write_it(tmp_path: Path) -> None:
    path = tmp_path / "export.parquet"
    columns = {"id": ["1"], "district": [7.0], "kind": pa.array(["a"]).dictionary_encode()}
    parquet.write_table(pa.table(columns), path)
    part = next(iter(open_export(path).read(["district", "kind"], size=10)))
    assert tables.as_text(part.table["district"]).to_pylist() == ["7"]
    assert tables.as_text(part.table["kind"]).to_pylist() == ["a"]


def test_text_that_is_no_utf_8_is_read_with_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "export.parquet"
    bad = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\3\0\0\0"), pa.py_buffer(b"a\xffb")]
    )
    parquet.write_table(pa.table({"id": bad}), path)
    assert cells(open_export(path)) == ["a\N{REPLACEMENT CHARACTER}b"]
