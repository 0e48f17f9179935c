"""What the preview page saves of a dataset is read by pyarrow and pandas, with the dataset's rows."""

import datetime
import decimal
import json
import os
import pathlib
import subprocess

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from conftest import REPO, to_parquet

SCRIPT = pathlib.Path(__file__).with_name("download-by-page.js")
ROWS = 3_000


def rows():
    moment = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
    order = [row * 7919 % ROWS for row in range(ROWS)]
    return pa.table(
        {
            "id": pa.array(range(ROWS)),
            "rank": pa.array([None if rank % 100 == 0 else rank for rank in order], pa.int32()),
            "big": pa.array([2**53 + row for row in range(ROWS)], pa.int64()),
            "price": pa.array([decimal.Decimal(row) / 100 for row in range(ROWS)], pa.decimal128(9, 2)),
            "day": pa.array([datetime.date(2024, 1, 1 + row % 28) for row in range(ROWS)]),
            "at": pa.array([moment + datetime.timedelta(seconds=row) for row in range(ROWS)]),
            "text": pa.array([None if row % 5 == 4 else f'"{row}",\n日本' for row in range(ROWS)]),
            "tags": pa.array([["a", None] * (row % 3) for row in range(ROWS)]),
        }
    )


def download(folder, rest=""):
    command = ["node", str(SCRIPT), str(folder), "user/downloads", rest]
    subprocess.run(command, check=True, cwd=REPO, env=os.environ, timeout=300)


def create(hub):
    table = rows()
    half = ROWS // 2
    parts = {f"train/{at}.parquet": to_parquet(table.slice(at * half, half)) for at in range(2)}
    hub.create("user/downloads", parts)
    return table


def test_all_rows(hub, tmp_path):
    table = create(hub)
    download(tmp_path)
    assert pq.read_table(tmp_path / "rows.parquet").cast(table.schema).equals(table)
    frame = pd.read_csv(tmp_path / "rows.csv", dtype=str, keep_default_na=False)
    assert frame["id"].astype(int).tolist() == table["id"].to_pylist()
    assert frame["big"].map(int).tolist() == table["big"].to_pylist()
    assert frame["price"].map(decimal.Decimal).tolist() == table["price"].to_pylist()
    assert frame["day"].tolist() == [str(day) for day in table["day"].to_pylist()]
    strings = pyarrow.csv.read_csv(
        tmp_path / "rows.csv",
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False),
    )
    assert strings["text"].to_pylist() == table["text"].to_pylist()
    lines = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    for name in ["id", "rank", "big", "text", "tags"]:
        assert [line[name] for line in lines] == table[name].to_pylist()


def test_rows_that_pass_a_filter_in_an_order(hub, tmp_path):
    table = create(hub).to_pylist()
    download(tmp_path, '&f=[["id","ge","1000"]]&sort=-rank&cols=id,text')
    lie = [row["id"] for row in table if row["id"] >= 1000]
    ranked = sorted((row for row in table if row["id"] >= 1000), key=lambda row: -(row["rank"] or -1))
    order = [row["id"] for row in ranked if row["rank"] is not None] + [
        row["id"] for row in ranked if row["rank"] is None
    ]
    saved = pq.read_table(tmp_path / "rows.parquet")
    assert saved.column_names == ["id", "text"]
    assert saved["id"].to_pylist() == lie
    assert pd.read_csv(tmp_path / "rows.csv")["id"].tolist() == order
    lines = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == order
