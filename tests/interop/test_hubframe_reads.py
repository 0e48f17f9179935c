"""What other clients write to the Hub is read by hubframe: the same splits, features, values and order."""

import datetime
import decimal
import os
import pathlib
import subprocess

import dask
import dask.dataframe as dd
import datasets
import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import REPO, make_table
from huggingface_hub import HfApi, HfFileSystem

SCRIPT = pathlib.Path(__file__).with_name("read-with-hubframe.js")
api = HfApi()


def read(path, folder):
    """What hubframe reads, by config and split where a repo is named."""
    folder.mkdir()
    subprocess.run(["node", str(SCRIPT), path, str(folder)], check=True, cwd=REPO, env=os.environ)
    found = {file.stem: pa.ipc.open_stream(file.read_bytes()).read_all() for file in folder.iterdir()}
    return found if not path.startswith("hf://") else found["rows"]


def new_repo(name):
    return api.create_repo(f"user/{name}", repo_type="dataset").repo_id


@pytest.fixture(scope="module")
def table():
    """Types that every one of these clients can write."""
    rows = range(6_000)
    cents = [decimal.Decimal(n * 3 - 5_000).scaleb(-2) for n in rows]
    moment = datetime.datetime(2024, 2, 29, tzinfo=datetime.timezone.utc)
    moments = [moment + datetime.timedelta(minutes=n) for n in rows]
    days = [datetime.date(2000, 1, 1) + datetime.timedelta(n) for n in rows]
    return (
        make_table(6_000, seed=11)
        .append_column("price", pa.array(cents, pa.decimal128(9, 2)))
        .append_column("at", pa.array(moments, pa.timestamp("us", "UTC")))
        .append_column("day", pa.array(days))
        .append_column("box", pa.array([{"x": n, "y": [f"{n}"] if n % 3 else None} for n in rows]))
        .append_column("raw", pa.array([bytes([n % 256]) if n % 9 else None for n in rows], pa.binary()))
    )


def with_pandas(table, repo, folder):
    table.to_pandas().to_parquet(f"hf://datasets/{repo}/train.parquet")


def with_dask(table, repo, folder, npartitions=10):
    # Without this it makes texts of whatever is no number.
    with dask.config.set({"dataframe.convert-string": False}):
        parts = dd.from_pandas(table.to_pandas(), npartitions=npartitions, sort=False)
        parts.to_parquet(f"hf://datasets/{repo}/train", write_index=False, schema=table.schema)


def with_pyarrow(table, repo, folder):
    pq.write_table(table, f"datasets/{repo}/train.parquet", filesystem=HfFileSystem(skip_instance_cache=True))


def with_polars(table, repo, folder):
    pl.from_arrow(table).write_parquet(folder / "train.parquet", row_group_size=1_000)
    upload(repo, folder)


def with_duckdb(table, repo, folder):
    arrow_table = table  # DuckDB finds it by its name, and `table` is a word of SQL.
    target = f"'{folder}/train.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048)"
    duckdb.sql(f"COPY (SELECT * FROM arrow_table) TO {target}")
    upload(repo, folder)


def with_datasets(table, repo, folder):
    datasets.Dataset(table).push_to_hub(repo, num_shards=3)


def upload(repo, folder):
    """For those whose own hf:// only reads."""
    api.upload_folder(folder_path=folder, repo_id=repo, repo_type="dataset")


WRITERS = [with_pandas, with_dask, with_pyarrow, with_polars, with_duckdb, with_datasets]


@pytest.mark.parametrize("writer", WRITERS)
def test_writers(writer, table, tmp_path):
    repo = new_repo(f"reads-{writer.__name__}")
    folder = tmp_path / "written"
    folder.mkdir()
    writer(table, repo, folder)
    splits = read(repo, tmp_path / "splits")
    assert list(splits) == ["default-train"]
    for found in [read(f"hf://datasets/{repo}", tmp_path / "path"), splits["default-train"]]:
        assert found.column_names == table.column_names
        for name in table.column_names:
            assert found[name].to_pylist() == table[name].to_pylist(), name


def test_files_are_in_the_order_of_datasets(table, tmp_path):
    """Dask's eleventh file is `part.10`, which the Hub and `datasets` have before `part.2`."""
    repo = new_repo("reads-dask-order")
    with_dask(table, repo, tmp_path, npartitions=12)
    expected = datasets.load_dataset(repo, split="train")["id"][:]
    assert expected != table["id"].to_pylist() and sorted(expected) == table["id"].to_pylist()
    for path in (f"hf://datasets/{repo}", f"hf://datasets/{repo}/train"):
        assert read(path, tmp_path / path[-5:])["id"].to_pylist() == expected


def test_pushed_splits_and_features(tmp_path):
    turn = {"role": datasets.Value("string"), "tokens": datasets.List(datasets.Value("int32"))}
    features = datasets.Features(
        {
            "text": datasets.Value("string"),
            "label": datasets.ClassLabel(names=["no", "yes"]),
            "image": datasets.Image(),
            "turns": datasets.List(turn),
            "matrix": datasets.Array2D((2, 2), "int32"),
        }
    )
    fixture = pq.read_table(REPO / "tests/fixtures/repos/fixtures/images/data/train-00000-of-00001.parquet")
    images = fixture["image"].to_pylist()[:6]
    rows = {
        "text": [f"text {n}" for n in range(6)],
        "label": [0, 1, 0, 1, -1, None],
        "image": images,
        "turns": [[{"role": "user", "tokens": [n, None]}] * (n % 3) for n in range(6)],
        "matrix": [[[n, 1], [2, 3]] for n in range(6)],
    }
    pushed = datasets.Dataset.from_dict(rows, features=features)
    repo = "user/reads-splits"
    splits = {"train": pushed, "my.split": pushed.select(range(3)), "test": pushed.select([5])}
    datasets.DatasetDict(splits).push_to_hub(repo)
    pushed.select([1]).push_to_hub(repo, config_name="other", split="validation")
    found = read(repo, tmp_path / "read")
    splits = {f"default-{name}": split for name, split in splits.items()}
    splits["other-validation"] = pushed.select([1])
    assert set(found) == set(splits)
    for name, split in splits.items():
        for column in features:
            stored = split.with_format("arrow")[:][column]
            stored = stored.combine_chunks().storage if column == "matrix" else stored
            assert found[name][column].to_pylist() == stored.to_pylist(), f"{name} {column}"
        assert datasets.Features.from_arrow_schema(found[name].schema) == features
