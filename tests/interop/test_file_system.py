"""HfFileSystem: what fsspec, and all that is built on it, see at hf:// paths."""

import pytest
from huggingface_hub import HfFileSystem


@pytest.fixture
def fs():
    return HfFileSystem(skip_instance_cache=True)


def test_ls_and_info(fs, demo):
    names = fs.ls(f"datasets/{demo}/data", detail=False)
    assert sorted(name.rsplit("/", 1)[1] for name in names) == [
        "train-00000-of-00002.parquet",
        "train-00001-of-00002.parquet",
        "validation-00000-of-00001.parquet",
    ]
    info = fs.info(f"datasets/{demo}/large.bin")
    assert (info["type"], info["size"]) == ("file", 2_097_152)
    assert fs.isdir(f"datasets/{demo}/notes")
    assert fs.exists(f"hf://datasets/{demo}@refs/convert/parquet/default/train/0000.parquet")
    assert fs.exists(f"datasets/{demo}@refs%2Fconvert%2Fparquet/default/train/0000.parquet")
    assert fs.ls(f"datasets/{demo}@dev", detail=False)
    with pytest.raises(FileNotFoundError):
        fs.ls(f"datasets/{demo}/absent")
    with pytest.raises(FileNotFoundError):
        fs.info("datasets/user/absent/a.txt")


def test_glob_and_find(fs, demo):
    prefix = f"datasets/{demo}"
    train = [f"{prefix}/data/train-0000{n}-of-00002.parquet" for n in range(2)]
    assert fs.glob(f"{prefix}/data/train-*.parquet") == train
    assert fs.glob(f"hf://{prefix}/**/*.txt") == [f"{prefix}/notes/a b.txt"]
    converted = f"datasets/{demo}@refs/convert/parquet/**/*.parquet"
    assert len(fs.glob(converted)) == 1
    assert len(fs.find(prefix)) == 7


def test_reads(fs, demo):
    path = f"datasets/{demo}/large.bin"
    content = bytes(range(256)) * 8_192
    assert fs.cat_file(path, start=1_000, end=1_010) == content[1_000:1_010]
    with fs.open(path, block_size=1_000) as file:
        file.seek(-20, 2)
        assert file.read() == content[-20:]
        file.seek(5)
        assert file.read(10) == content[5:15]
    with fs.open(path, block_size=0) as stream:
        assert stream.read() == content
    assert fs.read_text(f"datasets/{demo}/notes/a b.txt") == "caf\u00e9"


def test_reads_over_faults(fs, hub, demo):
    """The client retries what it should; the Hub can make it."""
    path = f"datasets/{demo}/large.bin"
    hub.ask("POST", "/faults", {"origin": "storage", "count": 1, "kind": "status", "status": 503})
    hub.ask("POST", "/faults", {"origin": "hub", "path": "resolve", "count": 1, "kind": "rate_limited"})
    assert fs.cat_file(path, start=0, end=4) == b"\0\1\2\3"
    struck = [fault["struck"] for fault in hub.ask("GET", "/faults")]
    hub.ask("DELETE", "/faults")
    assert struck == [1, 1]
