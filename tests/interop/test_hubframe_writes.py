"""What hubframe writes in Chromium is read by others with the same splits, features, values and order."""

import datetime
import decimal
import json
import os
import pathlib
import subprocess

import dask
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

FIXTURES = REPO / "tests/fixtures/repos/fixtures"
FLIGHTS = REPO / "tests/fixtures/generated/repos/vega/flights/flights-3m.parquet"
NAMES = ["train", "validation", "my_split"]


@pytest.fixture(scope="module")
def write(hub):
    """Lets a page of Chromium write a repo from another."""
    command = ["node", str(pathlib.Path(__file__).with_name("chromium.js"))]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as chromium:

        def write(source, target, how):
            job = {"endpoint": hub.origins["hub"], "token": os.environ["HF_TOKEN"]}
            job |= {"from": source, "to": target, "how": how}
            print(json.dumps(job), file=chromium.stdin, flush=True)
            assert json.loads(chromium.stdout.readline()) == {}
            return target

        yield write
        chromium.stdin.close()


def thirds(table):
    cut = table.num_rows // 3
    return [table.slice(0, cut), table.slice(cut, cut), table.slice(2 * cut)]


def parquet_files(repo, folder=""):
    files = HfApi().list_repo_files(repo, repo_type="dataset")
    return sorted(path for path in files if path.startswith(folder) and path.endswith(".parquet"))


def by_pandas(frame, schema):
    return pa.Table.from_pandas(frame, schema=schema, preserve_index=False)


def by_datasets(repo, split, schema, folder):
    return datasets.load_dataset(repo, split=split).with_format("arrow")[:]


def by_streaming(repo, split, schema, folder):
    stream = datasets.load_dataset(repo, split=split, streaming=True).with_format("arrow")
    return pa.concat_tables(stream.iter(batch_size=100_000))


def by_dask(repo, split, schema, folder):
    # Dask would make texts of whatever is no number.
    with dask.config.set({"dataframe.convert-string": False}):
        return by_pandas(dd.read_parquet(f"hf://datasets/{repo}/{split}").compute(), schema)


def by_pandas_hf(repo, split, schema, folder):
    files = parquet_files(repo, f"{split}/")
    frames = [pd.read_parquet(f"hf://datasets/{repo}/{file}") for file in files]
    return by_pandas(pd.concat(frames, ignore_index=True), schema)


def by_pyarrow(repo, split, schema, folder):
    return pq.read_table(f"datasets/{repo}/{split}", filesystem=HfFileSystem(skip_instance_cache=True))


# The hf:// of these two goes to the public Hub whatever the endpoint is, so they get files.
def by_polars(repo, split, schema, folder):
    return pl.read_parquet(f"{folder}/{split}/*.parquet").to_arrow()


def by_duckdb(repo, split, schema, folder):
    return duckdb.sql(f"SELECT * FROM '{folder}/{split}/*.parquet'").to_arrow_table()


CLIENTS = [by_datasets, by_streaming, by_dask, by_pandas_hf, by_pyarrow, by_polars, by_duckdb]


def assert_equal(found, expected, what):
    """Equal values in equal order, whatever the Arrow types' layout."""
    assert found.column_names == expected.column_names, what
    assert found.num_rows == expected.num_rows, what
    for name in expected.column_names:
        column = found[name].cast(expected.schema.field(name).type)
        assert column.equals(expected[name]), f"{what}: {name}"


def assert_read_by_all(repo, expected, tmp_path):
    """Every client finds the thirds of the table in the splits."""
    assert list(datasets.load_dataset(repo)) == NAMES
    HfApi().snapshot_download(repo, repo_type="dataset", local_dir=tmp_path)
    for split, part in zip(NAMES, thirds(expected)):
        for client in CLIENTS:
            found = client(repo, split, expected.schema, tmp_path)
            assert_equal(found, part, f"{split} {client.__name__}")


@pytest.fixture(scope="module")
def source(hub):
    table = make_table(30_000, seed=7)
    hub.create("user/source", {"train.parquet": to_parquet(table, row_group_size=2_000)})
    return table


def test_three_splits(source, write, tmp_path):
    repo = write("user/source", "user/three-splits", "many files")
    assert sum(path.startswith("train/part-") for path in parquet_files(repo)) > 1
    card = HfFileSystem(skip_instance_cache=True).read_text(f"datasets/{repo}/README.md")
    assert card.startswith("---\nlicense: mit\n") and "split: my_split" in card
    assert_read_by_all(repo, source, tmp_path)


def test_three_million_rows(hub, write, tmp_path):
    files = {"flights.parquet": {"file": str(FLIGHTS)}}
    hub.ask("POST", "/repos", {"id": "user/source-flights", "files": files})
    repo = write("user/source-flights", "user/flights", "splits")
    expected = pq.read_table(FLIGHTS)
    assert expected.num_rows == 3_000_000
    assert_read_by_all(repo, expected, tmp_path)


def test_nested(hub, write, tmp_path):
    """Lists, structs, decimals and times, with nulls at every level."""
    rows = range(900)
    moment = datetime.datetime(2024, 2, 29, 23, 59, 59, 999_999, datetime.timezone.utc)
    messages = [[{"role": f"r{n % 3}", "tokens": list(range(n % 4))}] * (n % 3) for n in rows]
    boxes = [{"at": {"x": n / 3, "y": None}, "tags": [f"t{n}", None]} if n % 7 else None for n in rows]
    message = pa.struct([("role", pa.string()), ("tokens", pa.list_(pa.int32()))])
    point = pa.struct([("x", pa.float64()), ("y", pa.float64())])
    box = pa.struct([("at", point), ("tags", pa.list_(pa.string()))])
    prices = [decimal.Decimal(n * 7 - 3000).scaleb(-2) for n in rows]
    amounts = [decimal.Decimal(10**30 + n).scaleb(-10) for n in rows]
    moments = [moment + datetime.timedelta(microseconds=n) for n in rows]
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(n) for n in rows]
    columns = {
        "id": pa.array(rows, pa.int64()),
        "large": pa.array([2**63 - 1 - n for n in rows], pa.int64()),
        "small": pa.array([n % 100 if n % 5 else None for n in rows], pa.int8()),
        "messages": pa.array([turns if n % 11 else None for n, turns in enumerate(messages)], pa.list_(message)),
        "box": pa.array(boxes, box),
        "matrix": pa.array([[[n], [], [n, n + 1]] for n in rows], pa.list_(pa.list_(pa.int64()))),
        "price": pa.array(prices, pa.decimal128(9, 2)),
        "amount": pa.array(amounts, pa.decimal128(38, 10)),
        "at": pa.array(moments, pa.timestamp("us", "UTC")),
        "local": pa.array([n * 1_000_003 if n % 3 else None for n in rows], pa.timestamp("ms")),
        "day": pa.array(days, pa.date32()),
        "clock": pa.array([datetime.time(n % 24, 1, 2, n) for n in rows], pa.time64("us")),
        "raw": pa.array([bytes([n % 256, 0, 255]) for n in rows], pa.binary()),
        "flag": pa.array([None if n % 4 == 0 else n % 2 == 0 for n in rows], pa.bool_()),
    }
    table = pa.table(columns)
    hub.create("user/source-nested", {"train.parquet": to_parquet(table, row_group_size=250)})
    repo = write("user/source-nested", "user/nested", "splits")
    assert_read_by_all(repo, table, tmp_path)


@pytest.mark.parametrize("name", ["images", "labels", "chat", "audio"])
def test_features_are_kept(hub, write, name, tmp_path):
    folder = FIXTURES / name
    paths = sorted(folder.rglob("*.parquet"))
    hub.create(f"user/source-{name}", {str(p.relative_to(folder)): p.read_bytes() for p in paths})
    repo = write(f"user/source-{name}", f"user/again-{name}", "splits")
    tables = [pq.read_table(path) for path in paths]
    expected = pa.concat_tables(tables).replace_schema_metadata(None)
    assert_read_by_all(repo, expected, tmp_path)
    loaded = datasets.load_dataset(repo)
    features = datasets.Features.from_arrow_schema(tables[0].schema)
    assert all(split.features == features for split in loaded.values())
    if name in ("images", "labels"):
        assert isinstance(features["label"], datasets.ClassLabel)
    if name == "images":
        images = [image for split in loaded.values() for image in split["image"]]
        assert [image is None for image in images] == [cell is None for cell in expected["image"].to_pylist()]
        assert all(image.size > (0, 0) for image in images if image)


def test_compression(source, write, tmp_path):
    repo = write("user/source", "user/compression", "splits")
    HfApi().snapshot_download(repo, repo_type="dataset", local_dir=tmp_path)
    codecs = duckdb.sql(f"SELECT DISTINCT compression FROM parquet_metadata('{tmp_path}/train/*.parquet')")
    assert codecs.fetchall() == [("ZSTD",)]


def test_shards_need_no_card(source, write):
    repo = write("user/source", "user/shards", "shards")
    assert set(parquet_files(repo)) == {f"data/{name}-00000-of-00001.parquet" for name in NAMES}
    assert "configs" not in HfFileSystem(skip_instance_cache=True).read_text(f"datasets/{repo}/README.md")
    loaded = datasets.load_dataset(repo)
    assert {name: split.num_rows for name, split in loaded.items()} == {name: 10_000 for name in NAMES}


def test_configs(source, write):
    repo = write("user/source", "user/two-configs", "configs")
    assert datasets.get_dataset_config_names(repo) == ["default", "other"]
    parts = thirds(source)
    assert datasets.load_dataset(repo)["train"]["id"][:] == parts[0]["id"].to_pylist()
    other = datasets.load_dataset(repo, "other")
    assert list(other) == ["train", "test"]
    assert other["test"]["id"][:] == parts[2]["id"].to_pylist()


def test_append_keeps_the_order(source, write):
    repo = write("user/source", "user/appended", "append")
    ids = source["id"].to_pylist()
    assert datasets.load_dataset(repo, split="train")["id"][:] == ids
    assert dd.read_parquet(f"hf://datasets/{repo}")["id"].compute().tolist() == ids
