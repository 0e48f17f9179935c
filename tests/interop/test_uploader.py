"""What the uploader page makes of local files is loaded by Python's libraries: its splits, types, labels and rows."""

import json
import os
import pathlib
import subprocess

import dask.dataframe as dd
import datasets
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from conftest import REPO

SCRIPT = pathlib.Path(__file__).with_name("upload-by-page.js")
VEGA = REPO / "node_modules/vega-datasets/data"


def upload(name, how, *files, **environment):
    command = ["node", str(SCRIPT), name, how, *map(str, files)]
    subprocess.run(command, check=True, cwd=REPO, env=os.environ | environment, timeout=300)
    return f"user/{name}"


def test_four_kinds_of_files():
    names = ["birdstrikes.csv", "movies.json", "flights-3m.parquet", "flights-200k.arrow"]
    repo = upload("vega-four", "apart", *(VEGA / name for name in names))
    counts = {"birdstrikes": 10_000, "movies": 3_201, "flights-3m": 3_000_000, "flights-200k": 200_000}
    assert datasets.get_dataset_config_names(repo) == list(counts)
    for config, count in counts.items():
        loaded = datasets.load_dataset(repo, config)
        assert {split: rows.num_rows for split, rows in loaded.items()} == {"train": count}
        frame = dd.read_parquet(f"hf://datasets/{repo}/{config}/train")
        assert len(frame) == count
        assert list(frame.columns) == loaded["train"].column_names
    birds = datasets.load_dataset(repo, "birdstrikes", split="train")
    assert birds.features["Flight Date"] == datasets.Value("date32")
    assert birds.features["Cost Total $"] == datasets.Value("int64")
    ours = birds.with_format("pandas")[:]
    theirs = pd.read_csv(VEGA / "birdstrikes.csv", keep_default_na=False)
    assert ours["Airport Name"].tolist() == theirs["Airport Name"].tolist()
    flights = datasets.load_dataset(repo, "flights-3m", split="train").with_format("arrow")[:]
    original = pq.read_table(VEGA / "flights-3m.parquet")
    assert flights.schema.names == original.schema.names
    assert flights.schema.types == original.schema.types
    assert flights["delay"].to_pylist() == original["delay"].to_pylist()
    delays = datasets.load_dataset(repo, "flights-200k", split="train").with_format("arrow")[:]
    original = pa.ipc.open_file(VEGA / "flights-200k.arrow").read_all()
    assert delays.schema.names == original.schema.names
    assert delays.schema.types == original.schema.types
    assert delays.to_pydict() == original.to_pydict()
    movies = datasets.load_dataset(repo, "movies", split="train")
    original = json.loads((VEGA / "movies.json").read_text())
    assert movies.column_names == list(original[0])
    assert movies.features["US Gross"] == datasets.Value("int64")
    assert movies.features["IMDB Rating"] == datasets.Value("float64")
    assert movies["US Gross"][:] == [movie["US Gross"] for movie in original]


def test_splits_labels_and_files_that_differ(tmp_path):
    (tmp_path / "train.csv").write_text("id,label,x\n1,pos,0.5\n2,neg,1\n")
    (tmp_path / "test.jsonl").write_text('{"id": "A-3", "label": "pos", "y": true}\n')
    repo = upload("mixed", "together", tmp_path / "train.csv", tmp_path / "test.jsonl", LABELS="label")
    loaded = datasets.load_dataset(repo)
    assert list(loaded) == ["train", "test"]
    assert loaded["train"].features == loaded["test"].features
    features = loaded["train"].features
    assert features["label"] == datasets.ClassLabel(names=["neg", "pos"])
    assert features["id"] == datasets.Value("string")
    assert loaded["train"][:] == {"id": ["1", "2"], "label": [1, 0], "x": [0.5, 1.0], "y": [None, None]}
    assert loaded["test"][:] == {"id": ["A-3"], "label": [1], "x": [None], "y": [True]}
