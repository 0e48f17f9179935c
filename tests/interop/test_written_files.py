"""What hubframe writes is read by everyone, and what everyone writes is read by hubframe: with equal values."""

import datetime
import decimal
import subprocess

import dask.dataframe as dd
import datasets
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

from conftest import REPO, make_table


@pytest.fixture(scope="module")
def table():
    """Types that most clients have."""
    return make_table(5_000).append_column(
        "at", pa.array([n * 1_000_003 for n in range(5_000)], pa.timestamp("us", tz="UTC"))
    )


@pytest.fixture(scope="module")
def written(table, tmp_path_factory):
    """The folder of what hubframe wrote: rows of its own, and copies of what each client wrote."""
    theirs, ours = tmp_path_factory.mktemp("theirs"), tmp_path_factory.mktemp("ours")
    pq.write_table(table, theirs / "pyarrow.parquet", compression="zstd", data_page_version="2.0")
    table.to_pandas().to_parquet(theirs / "pandas.parquet")
    pl.from_arrow(table).write_parquet(theirs / "polars.parquet")
    arrow_table = table  # DuckDB finds it by its name, and `table` is a word of SQL.
    duckdb.sql(f"copy (select * from arrow_table) to '{theirs}/duckdb.parquet' (format parquet)")
    datasets.Dataset(table).to_parquet(str(theirs / "datasets.parquet"))
    for name, codec in [("stream", "zstd"), ("lz4", "lz4"), ("plain", None)]:
        options = pa.ipc.IpcWriteOptions(compression=codec)
        with pa.ipc.new_stream(theirs / f"{name}.arrows", table.schema, options=options) as sink:
            sink.write_table(table, max_chunksize=1_000)
    with pa.ipc.new_file(theirs / "file.arrow", table.schema) as sink:
        sink.write_table(table, max_chunksize=1_000)
    files = sorted(map(str, theirs.iterdir()))
    subprocess.run(["node", "tests/interop/write-files.js", ours, *files], cwd=REPO, check=True)
    return ours


CLIENTS = ["pyarrow", "pandas", "polars", "duckdb", "datasets", "stream", "lz4", "plain", "file"]


@pytest.mark.parametrize("client", CLIENTS)
def test_copies_have_equal_values(written, table, client):
    copy = pq.read_table(written / f"copy-{client}.parquet")
    assert copy.column_names == table.column_names
    for name in table.column_names:
        assert copy[name].to_pylist() == table[name].to_pylist(), name


def test_clients_read_rows(written):
    path = written / "rows.parquet"
    expected = [None if n % 10 == 0 else f"text {n}" for n in range(1000)]
    arrow = pq.read_table(path)
    assert arrow["text"].to_pylist() == expected
    assert arrow["big"].to_pylist() == [2**60 + n for n in range(1000)]
    assert arrow.schema.field("at").type == pa.timestamp("ms", tz="UTC")
    assert pd.read_parquet(path)["part"].tolist() == [n / 2 for n in range(1000)]
    assert pl.read_parquet(path)["text"].to_list() == expected
    assert duckdb.sql(f"select text from '{path}' order by id").fetchall() == [(text,) for text in expected]
    assert len(dd.read_parquet(path)) == 1000
    assert dd.read_parquet(path).id.sum().compute(scheduler="threads") == 499_500


def test_rows_of_declared_types_are_exact(written):
    table = pq.read_table(written / "exact.parquet")
    utc = datetime.timezone.utc
    day = datetime.datetime(2024, 2, 29, tzinfo=utc)
    before_1970 = datetime.datetime(1970, 1, 1)
    assert table["at"].type == pa.timestamp("ns", "UTC")
    ns = int(day.timestamp()) * 10**9 + (86_399 * 10**9) + 123_456_700
    assert table["at"].cast(pa.int64()).to_pylist() == [ns + n for n in range(100)]
    expected = {
        "price": [decimal.Decimal(f"{n}.25") for n in range(100)],
        "local": [before_1970 - datetime.timedelta(microseconds=100 - n) for n in range(100)],
        "day": [day.date()] * 100,
        "clock": [datetime.time(13, 37, 0, n) for n in range(100)],
        "huge": [2**64 - 1 - n for n in range(100)],
        "pair": [[datetime.time(0, 0, 1, 500_000), None] if n % 3 else None for n in range(100)],
    }
    expected["amount"] = [decimal.Decimal(f"-{'9' * 28}.{n:010}") for n in range(100)]
    for name, values in expected.items():
        assert table[name].to_pylist() == values, name
    assert pl.read_parquet(written / "exact.parquet")["amount"].to_list() == expected["amount"]


def test_datasets_reads_features(written, tmp_path):
    files = {"train": str(written / "rows.parquet")}
    rows = datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=str(tmp_path))
    assert rows.features["label"] == datasets.ClassLabel(names=["neg", "pos"])
    assert rows.features["image"] == datasets.Image()
    assert rows[3]["label"] == 1
    assert rows[3]["image"].size == (1, 1)
    assert rows[3]["turns"] == [{"role": "user", "content": "question 3"}]


def test_files_are_as_the_hub_wants_them(written):
    file = pq.ParquetFile(written / "rows.parquet")
    assert b"content_defined_chunking" in file.metadata.metadata
    assert file.schema_arrow.metadata[b"huggingface"] == file.metadata.metadata[b"huggingface"]
    assert all(field.nullable for field in file.schema_arrow)
    group = file.metadata.row_group(0)
    columns = {group.column(n).path_in_schema: group.column(n) for n in range(group.num_columns)}
    assert columns["text"].compression == "ZSTD"
    assert columns["text"].has_offset_index and columns["text"].has_column_index
    assert columns["image.bytes"].compression == "UNCOMPRESSED"
    assert file.metadata.created_by.startswith("hubframe version ")
