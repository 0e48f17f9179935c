"""pandas, pyarrow, dask, polars and DuckDB read Parquet from the local Hub."""

import dask.dataframe as dd
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest
from huggingface_hub import HfFileSystem


def test_pandas(demo, tables):
    url = f"hf://datasets/{demo}/data/train-00000-of-00002.parquet"
    frame = pd.read_parquet(url, columns=["id", "lang"])
    assert frame.equals(tables[0].select(["id", "lang"]).to_pandas())
    pinned = pd.read_parquet(f"hf://datasets/{demo}@refs/convert/parquet/default/train/0000.parquet")
    assert len(pinned) == 20_000


def test_pyarrow(hub, demo, tables):
    files = HfFileSystem().glob(f"datasets/{demo}/data/train-*.parquet")
    dataset = pads.dataset(files, filesystem=HfFileSystem(), format="parquet")
    assert dataset.count_rows() == 40_000
    hub.ask("DELETE", "/log")
    some = dataset.to_table(columns=["id"], filter=pads.field("id") >= 40_000 + 19_990)
    assert some.num_rows == 10
    ranges = [entry for entry in hub.log() if entry["range"]]
    assert ranges and {entry["status"] for entry in ranges} == {302, 206}


def test_dask(demo, tables):
    frame = dd.read_parquet(f"hf://datasets/{demo}/data/train-*.parquet", columns=["id", "score"])
    assert frame.npartitions == 2
    total = pa.concat_tables(tables)
    assert len(frame) == total.num_rows
    mean = frame.score.mean().compute(scheduler="threads")
    assert mean == pytest.approx(total["score"].to_numpy().mean())
    kept = frame[frame.id % 1_000 == 0].compute(scheduler="threads")
    assert list(kept.id) == [value for value in total["id"].to_pylist() if value % 1_000 == 0]


def test_engines_that_know_no_other_hub(demo, tables, hub):
    """polars and DuckDB have huggingface.co built into their hf://, and read an open file or plain HTTP."""
    path = f"datasets/{demo}/data/train-00001-of-00002.parquet"
    with HfFileSystem().open(path) as file:
        assert pl.read_parquet(file).to_arrow()["id"].to_pylist() == tables[1]["id"].to_pylist()
        file.seek(0)
        count = duckdb.from_arrow(pq.read_table(file)).aggregate("count(*)").fetchall()
    assert count == [(20_000,)]
    url = f"{hub.origins['hub']}/datasets/{demo}/resolve/main/data/train-00001-of-00002.parquet"
    assert pl.scan_parquet(url).select(pl.len()).collect().item() == 20_000
