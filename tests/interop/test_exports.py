"""A frame exported as a Python program has the frame's rows: on Dask with two worker processes, and on four others.

The programs run as they stand, as files. What is compared with is what hubframe reads, in Node.
"""

import datetime
import decimal
import json
import os
import pathlib
import runpy
import subprocess

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import ORIGINS, to_parquet
from datasets import ClassLabel, Dataset, Features, Value
from distributed import Client, LocalCluster

HERE = pathlib.Path(__file__).parent
ENGINES = ["dask", "datasets", "polars", "duckdb", "pandas"]
ROWS = 20


def some(values, missing):
    """As many values as there are rows, with nulls here and there."""
    cycle = [values[row % len(values)] for row in range(ROWS)]
    return [None if row % missing == missing - 1 else value for row, value in enumerate(cycle)]


def table(part):
    """One data file."""
    first = part * ROWS
    day = datetime.date(2024, 1, 1)
    moment = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
    steps = [datetime.timedelta(days=row, microseconds=row % 3) for row in range(ROWS)]
    clocks = [datetime.time(row, 0, row, 500_000 * (row % 2)) for row in range(ROWS)]
    inner = [{"a": f"x{row}", "b.c": row if row % 4 else None} if row % 5 else None for row in range(ROWS)]
    prices = [decimal.Decimal(text) for text in ("1.00", "1.01", "-3.10", "12.50")]
    words = ["en", "fr", "it's \"quoted\"", "\\", "日本"]
    columns = {
        "id": pa.array(range(first, first + ROWS)),
        "small": pa.array(some(list(range(-4, 5)), 7), pa.int8()),
        "big": pa.array(some([2**53, 2**53 + 1, -(2**60)], 4), pa.int64()),
        "score": pa.array(some([0.1, 0.5, float("nan"), 0.75, -0.0], 6)),
        "narrow": pa.array(some([0.1, 2.5, 3.5], 5), pa.float32()),
        "lang": pa.array(some(words, 6)),
        "name": pa.array(some(["abc1", "d'Artagnan", "été", "back\\", "c2"], 9)),
        "flag": pa.array(some([True, False], 5)),
        "day": pa.array(some([day + step for step in steps], 8)),
        "at": pa.array(some([moment + step for step in steps], 8), pa.timestamp("us", "UTC")),
        "local": pa.array(some([(moment + step).replace(tzinfo=None) for step in steps], 9), pa.timestamp("ms")),
        "clock": pa.array(some(clocks, 11), pa.time64("us")),
        "price": pa.array(some(prices, 7), pa.decimal128(9, 2)),
        "raw": pa.array(some([b"\x00\xff'", b"\x01", b""], 4), pa.binary()),
        "label": pa.array(some([0, 1, 2, -1], 10), pa.int64()),
        "tags": pa.array(some([["a"], [], ["b", None, "c"]], 6), pa.list_(pa.string())),
        "inner": pa.array(inner),
        "we\"ird 'na\\me\"\"\"\n": pa.array(range(ROWS), pa.int32()),
    }
    made = pa.table(columns)
    features = Features.from_arrow_schema(made.schema)
    features["label"] = ClassLabel(names=["no", "yes", 'may"be'])
    return made.replace_schema_metadata(features.arrow_schema.metadata)


@pytest.fixture(scope="module")
def exports(hub):
    """By case, the programs and the rows."""
    files = {f"data/it's \"{part}\" & é.parquet": to_parquet(table(part), row_group_size=8) for part in range(2)}
    hub.create("user/exports", files)
    command = ["node", str(HERE / "exports.js"), ORIGINS["hub"], "hf://datasets/user/exports"]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return json.loads(output)


@pytest.fixture(scope="module")
def cluster():
    """Dask on two processes; the client is the one that programs find."""
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            assert len(client.scheduler_info()["workers"]) == 2
            yield client


def run(program, folder):
    """Runs a program as `python program.py` does, and returns its names."""
    path = folder / "program.py"
    path.write_text(program, encoding="utf-8")
    return runpy.run_path(str(path), run_name="__main__")


def to_arrow(df):
    if isinstance(df, Dataset):
        return df.with_format("arrow")[:] if len(df) else df.data.table
    if isinstance(df, pl.DataFrame):
        return df.to_arrow()
    if isinstance(df, duckdb.DuckDBPyRelation):
        return df.to_arrow_table()
    frame = df if isinstance(df, pd.DataFrame) else df.compute()
    return pa.Table.from_pandas(frame, preserve_index=False)


def plain(value):
    """As exports.js has it."""
    match value:
        case None | bool() | str():
            return value
        case bytes():
            return value.hex()
        case float() if value != value:
            return "NaN"
        case int() | float() if value == int(value):
            return str(int(value))
        case float():
            return value
        case decimal.Decimal():
            return format(value, "f")
        case datetime.datetime():
            return value.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
        case datetime.date():
            return f"{value.isoformat()}T00:00:00Z"
        case datetime.time():
            return value.isoformat(timespec="microseconds")
        case list() | np.ndarray():
            return [plain(item) for item in value]
        case dict():
            return {name: plain(inner) for name, inner in value.items()}
    raise TypeError(type(value))


def rows_of(arrow):
    rows = [{name: plain(value) for name, value in row.items()} for row in arrow.to_pylist()]
    for row in rows:
        if row.get("local"):
            # Milliseconds, of which JavaScript writes three decimals, or none.
            row["local"] = row["local"].replace("000Z", "Z").replace(".000Z", "Z")
    return rows


@pytest.mark.parametrize("engine", ENGINES)
def test_programs_have_the_rows_of_the_frame(engine, exports, cluster, tmp_path):
    assert os.environ["HF_ENDPOINT"] == ORIGINS["hub"]
    compared = 0
    for name, case in exports.items():
        if engine == "datasets" and not case["rows"]:
            continue  # It refuses a table without rows, as the program says.
        found = to_arrow(run(case["programs"][engine], tmp_path)["df"])
        assert found.column_names == case["columns"], name
        assert rows_of(found) == case["rows"], name
        compared += len(case["rows"])
    assert compared > 300


def test_dask_reads_file_by_file(exports, cluster, tmp_path):
    df = run(exports["all"]["programs"]["dask"], tmp_path)["df"]
    assert df.npartitions == 2
    lengths = df.map_partitions(len).compute()
    assert list(lengths) == [ROWS, ROWS]
    # Further work is Dask's own.
    assert df.id.sum().compute() == sum(range(2 * ROWS))


def test_class_labels_keep_their_names(exports, tmp_path):
    df = run(exports["all"]["programs"]["datasets"], tmp_path)["df"]
    assert df.features["label"] == ClassLabel(names=["no", "yes", 'may"be'])
    assert df.features["id"] == Value("int64")


def test_programs_are_pinned(hub, exports, tmp_path):
    """What comes after the frame was opened is not read."""
    hub.ask("POST", "/repos/user/exports/commits", {"title": "later", "files": {"data/zzz.parquet": "PAR1"}})
    df = run(exports["all"]["programs"]["pandas"], tmp_path)["df"]
    assert len(df) == 2 * ROWS
