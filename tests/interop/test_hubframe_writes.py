"""What hubframe writes is read by Python's libraries: the same splits, features, values and order."""

import io
import os
import pathlib
import subprocess

import dask.dataframe as dd
import datasets
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import REPO, make_table, to_parquet
from huggingface_hub import HfApi, HfFileSystem

SCRIPT = pathlib.Path(__file__).with_name("write-with-hubframe.js")
FIXTURES = REPO / "tests/fixtures/repos/fixtures"
NAMES = ["train", "validation", "my_split"]


def write(source, target, how):
    """Runs the writer in Node, against the same Hub."""
    subprocess.run(["node", str(SCRIPT), source, target, how], check=True, cwd=REPO, env=os.environ)
    return target


def thirds(table):
    cut = table.num_rows // 3
    return [table.slice(0, cut), table.slice(cut, cut), table.slice(2 * cut)]


def plain(table):
    """Values alone, whatever their Arrow types' layout."""
    return table.to_pylist()


def fixture_repo(hub, name):
    """A repo of a fixture's files."""
    folder = FIXTURES / name
    paths = sorted(path for path in folder.rglob("*.parquet"))
    return hub.create(f"user/source-{name}", {str(p.relative_to(folder)): p.read_bytes() for p in paths})


@pytest.fixture(scope="module")
def source(hub):
    table = make_table(30_000, seed=7)
    hub.create("user/source", {"train.parquet": to_parquet(table, row_group_size=2_000)})
    return table


def test_three_splits(source):
    repo = write("user/source", "user/three-splits", "splits")
    api = HfApi()
    files = [path for path in api.list_repo_files(repo, repo_type="dataset") if path.endswith(".parquet")]
    assert sum(path.startswith("train/part-") for path in files) > 1, files
    card = HfFileSystem(skip_instance_cache=True).read_text(f"datasets/{repo}/README.md")
    assert card.startswith("---\nlicense: mit\n") and "split: my_split" in card
    loaded = datasets.load_dataset(repo)
    assert list(loaded) == NAMES
    path = f"hf://datasets/{repo}/train"
    for name, part in zip(NAMES, thirds(source)):
        expected = plain(part)
        assert plain(loaded[name].with_format("arrow")[:]) == expected
        assert list(datasets.load_dataset(repo, split=name, streaming=True)) == expected
    train = thirds(source)[0]
    ids = train["id"].to_pylist()
    assert dd.read_parquet(path)["id"].compute().tolist() == ids
    frame = pd.concat(pd.read_parquet(f"hf://datasets/{repo}/{file}") for file in files if file.startswith("train/"))
    assert frame["id"].tolist() == ids and "__null_dask_index__" not in frame
    pd.testing.assert_series_equal(
        frame["score"].reset_index(drop=True), train["score"].to_pandas(), check_names=False
    )
    fs = HfFileSystem(skip_instance_cache=True)
    read = pq.read_table(f"datasets/{repo}/train", filesystem=fs)
    assert plain(read) == plain(train)
    # Their own hf:// goes to the public Hub whatever the endpoint, so these two get the bytes.
    bytes_of = [fs.cat_file(f"datasets/{repo}/{file}") for file in sorted(files) if file.startswith("train/")]
    assert pl.concat([pl.read_parquet(io.BytesIO(data)) for data in bytes_of])["id"].to_list() == ids


def test_duckdb(source, tmp_path):
    repo = write("user/source", "user/for-duckdb", "splits")
    local = HfApi().snapshot_download(repo, repo_type="dataset", local_dir=tmp_path)
    found = duckdb.sql(f"SELECT id, tags FROM '{local}/train/*.parquet' ORDER BY file_row_number, id").fetchall()
    train = thirds(source)[0]
    assert sorted(found) == sorted(zip(train["id"].to_pylist(), train["tags"].to_pylist()))
    metadata = duckdb.sql(f"SELECT DISTINCT compression FROM parquet_metadata('{local}/train/*.parquet')")
    assert metadata.fetchall() == [("ZSTD",)]


def test_shards_need_no_card(source):
    repo = write("user/source", "user/shards", "shards")
    files = HfApi().list_repo_files(repo, repo_type="dataset")
    assert {f"data/{name}-00000-of-00001.parquet" for name in NAMES} <= set(files)
    assert "configs" not in HfFileSystem(skip_instance_cache=True).read_text(f"datasets/{repo}/README.md")
    loaded = datasets.load_dataset(repo)
    assert {name: split.num_rows for name, split in loaded.items()} == {name: 10_000 for name in NAMES}


def test_configs(source):
    repo = write("user/source", "user/two-configs", "config")
    assert datasets.get_dataset_config_names(repo) == ["default", "other"]
    parts = thirds(source)
    assert datasets.load_dataset(repo)["train"]["id"][:] == parts[0]["id"].to_pylist()
    other = datasets.load_dataset(repo, "other")
    assert list(other) == ["train", "test"]
    assert other["test"]["id"][:] == parts[2]["id"].to_pylist()


def test_append_keeps_the_order(source):
    repo = write("user/source", "user/appended", "append")
    ids = source["id"].to_pylist()
    assert datasets.load_dataset(repo, split="train")["id"][:] == ids
    assert dd.read_parquet(f"hf://datasets/{repo}")["id"].compute().tolist() == ids


@pytest.mark.parametrize("name", ["images", "labels", "chat"])
def test_features_are_kept(hub, name):
    origin = fixture_repo(hub, name)
    repo = write(origin, f"user/again-{name}", "splits")
    loaded = datasets.load_dataset(repo)
    first = sorted((FIXTURES / name).rglob("*.parquet"))
    tables = [pq.read_table(path) for path in first]
    expected = pa.concat_tables(tables, promote_options="default")
    features = datasets.Features.from_arrow_schema(tables[0].schema)
    for split, part in zip(NAMES, thirds(expected)):
        assert loaded[split].features == features
        assert plain(loaded[split].with_format("arrow")[:]) == plain(part)
    if name == "images":
        image = loaded["train"][0]["image"]
        assert image.size[0] > 0
    if name in ("images", "labels"):
        assert isinstance(loaded["train"].features["label"], datasets.ClassLabel)
