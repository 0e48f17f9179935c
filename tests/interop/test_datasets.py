"""datasets.load_dataset finds configs and splits on the local Hub, whole and streaming."""

import datasets
import pyarrow as pa


def test_load_dataset(demo, tables):
    loaded = datasets.load_dataset(demo)
    assert {name: split.num_rows for name, split in loaded.items()} == {"train": 40_000, "validation": 100}
    assert loaded["train"]["id"][:] == pa.concat_tables(tables)["id"].to_pylist()


def test_streaming(hub, demo, tables):
    hub.ask("DELETE", "/log")
    stream = datasets.load_dataset(demo, split="train", streaming=True)
    rows = list(stream.take(5))
    assert rows == tables[0].slice(0, 5).to_pylist()
    assert any(entry["range"] and entry["status"] == 206 for entry in hub.log())


def test_pinned_and_converted(demo):
    converted = datasets.load_dataset(demo, revision="refs/convert/parquet", split="train")
    assert converted.num_rows == 20_000
    by_path = datasets.load_dataset(
        "parquet", data_files=f"hf://datasets/{demo}@v1/data/validation-*.parquet", split="train"
    )
    assert by_path.num_rows == 100


def test_configs_of_the_card(hub):
    card = """---
configs:
- config_name: small
  data_files:
  - split: test
    path: few.jsonl
- config_name: big
  default: true
  data_files: many/*.jsonl
---
"""
    files = {"README.md": card, "few.jsonl": '{"a": 1}\n'}
    files |= {f"many/{n}.jsonl": f'{{"a": {n}}}\n' for n in range(3)}
    hub.create("user/configs", files)
    assert datasets.get_dataset_config_names("user/configs") == ["small", "big"]
    assert datasets.load_dataset("user/configs", "small")["test"]["a"][:] == [1]
    assert datasets.load_dataset("user/configs", split="train")["a"][:] == [0, 1, 2]
