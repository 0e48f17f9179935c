"""Python clients write to the local Hub, and read back what they wrote."""

import io
import json

import dask.dataframe as dd
import datasets
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from conftest import make_table
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationCopy,
    CommitOperationDelete,
    HfApi,
    HfFileSystem,
)
from huggingface_hub.errors import (
    BadRequestError,
    EntryNotFoundError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import get_session, hf_raise_for_status

api = HfApi()


@pytest.fixture
def repo(request):
    """A new, empty dataset of the test's own name."""
    name = "user/" + request.node.name.replace("test_", "").replace("[", "-").rstrip("]")
    api.create_repo(name, repo_type="dataset")
    yield name
    api.delete_repo(name, repo_type="dataset")


def files(repo_id, revision=None):
    found = api.list_repo_files(repo_id, repo_type="dataset", revision=revision)
    return sorted(path for path in found if path != ".gitattributes")


def read(repo_id, path, revision=None):
    return HfFileSystem(skip_instance_cache=True).cat_file(f"datasets/{repo_id}/{path}", revision=revision)


def upload(repo_id, content, path, **more):
    return api.upload_file(
        path_or_fileobj=content, path_in_repo=path, repo_id=repo_id, repo_type="dataset", **more
    )


def test_create_and_delete():
    url = api.create_repo("user/made", repo_type="dataset", private=True)
    assert (url.repo_id, url.repo_type) == ("user/made", "dataset")
    assert api.dataset_info("user/made").private
    with pytest.raises(HfHubHTTPError) as taken:
        api.create_repo("user/made", repo_type="dataset")
    assert taken.value.response.status_code == 409
    assert api.create_repo("user/made", repo_type="dataset", exist_ok=True).repo_id == "user/made"
    for stranger in ["other/made", "user/made2"]:
        with pytest.raises(HfHubHTTPError) as refused:
            token = "hf_write" if stranger.startswith("other") else "hf_read"
            api.create_repo(stranger, repo_type="dataset", token=token)
        assert refused.value.response.status_code == 403
    api.delete_repo("user/made", repo_type="dataset")
    with pytest.raises(RepositoryNotFoundError):
        api.delete_repo("user/made", repo_type="dataset")
    api.delete_repo("user/made", repo_type="dataset", missing_ok=True)
    assert api.create_repo("org/made", repo_type="dataset").repo_id == "org/made"
    api.delete_repo("org/made", repo_type="dataset")


def test_upload_file(hub, repo):
    commit = upload(repo, b"hello", "notes.txt", commit_message="Say hello", commit_description="Twice.")
    assert api.dataset_info(repo).sha == commit.oid
    assert (read(repo, "notes.txt"), files(repo)) == (b"hello", ["notes.txt"])
    first = api.list_repo_commits(repo, repo_type="dataset")[0]
    assert (first.title, first.message) == ("Say hello", "Twice.")
    assert upload(repo, b"hello", "notes.txt").oid == commit.oid, "nothing changed: no commit"
    assert upload(repo, b"", "empty.bin").oid != commit.oid
    assert read(repo, "empty.bin") == b""


def test_upload_card(repo):
    upload(repo, b"---\nlicense: mit\n---\n# card\n", "README.md")
    assert api.dataset_info(repo).card_data.license == "mit"
    with pytest.raises(ValueError, match="Invalid metadata"):
        upload(repo, b"---\nlicense: [\n---\n", "README.md")


def test_upload_in_parts(hub, repo):
    """20 MB is three parts of 8 MiB; the same bytes under another name are not sent again."""
    content = np.random.default_rng(0).bytes(20_000_000)
    hub.ask("POST", "/reset")
    upload(repo, content, "big.bin")
    puts = [entry for entry in hub.log() if entry["method"] == "PUT"]
    assert [entry["bytes_received"] for entry in puts] == [8_388_608, 8_388_608, 3_222_784]
    assert not any(entry["authorization"] for entry in puts)
    assert read(repo, "big.bin") == content
    hub.ask("POST", "/reset")
    upload(repo, content, "again.bin")
    assert not any(entry["method"] == "PUT" for entry in hub.log())
    assert api.get_paths_info(repo, "again.bin", repo_type="dataset")[0].size == 20_000_000


@pytest.mark.parametrize("kind", ["drop", "lost_answer", "cut_upload", "status", "expired"])
def test_upload_over_faults(hub, repo, kind):
    """A part that fails once is sent again, or the upload is; the repo is never half written."""
    content = np.random.default_rng(1).bytes(9_000_000)
    fault = {"origin": "storage", "method": "PUT", "count": 1, "kind": kind, "status": 503, "after_bytes": 1_000}
    hub.ask("POST", "/faults", fault)
    try:
        upload(repo, content, "big.bin")
    except (HfHubHTTPError, RuntimeError):
        assert (kind, files(repo)) == ("expired", [])
        upload(repo, content, "big.bin")
    assert [fault["struck"] for fault in hub.ask("GET", "/faults")] == [1]
    hub.ask("DELETE", "/faults")
    assert read(repo, "big.bin") == content


def test_upload_folder(repo, tmp_path):
    (tmp_path / "data").mkdir()
    tables = [make_table(1_000, seed) for seed in (1, 2)]
    for number, table in enumerate(tables):
        pq.write_table(table, tmp_path / "data" / f"train-{number}.parquet")
    (tmp_path / "README.md").write_text("# card\n")
    api.upload_folder(folder_path=tmp_path, repo_id=repo, repo_type="dataset")
    assert files(repo) == ["README.md", "data/train-0.parquet", "data/train-1.parquet"]
    assert pq.read_table(io.BytesIO(read(repo, "data/train-1.parquet"))).equals(tables[1])
    api.upload_folder(
        folder_path=tmp_path / "data", path_in_repo="data", repo_id=repo, repo_type="dataset",
        delete_patterns="*.parquet", allow_patterns="train-1.parquet",
    )
    assert files(repo) == ["README.md", "data/train-1.parquet"]
    api.delete_folder("data", repo_id=repo, repo_type="dataset")
    api.delete_file("README.md", repo_id=repo, repo_type="dataset")
    assert files(repo) == []
    with pytest.raises(EntryNotFoundError):
        api.delete_file("README.md", repo_id=repo, repo_type="dataset")


def test_commit_operations(repo):
    parquet = io.BytesIO()
    pq.write_table(make_table(10), parquet)
    first = [CommitOperationAdd("a.parquet", parquet.getvalue()), CommitOperationAdd("b/c.txt", b"text")]
    more = [CommitOperationDelete("a.parquet")]
    head = api.create_commit(repo, first, commit_message="first", repo_type="dataset").oid
    second = [
        CommitOperationCopy("a.parquet", "copies/a.parquet"),
        CommitOperationCopy("b/c.txt", "copies/c.txt"),
        CommitOperationDelete("b/"),
    ]
    api.create_commit(repo, second, commit_message="second", parent_commit=head, repo_type="dataset")
    assert files(repo) == ["a.parquet", "copies/a.parquet", "copies/c.txt"]
    assert read(repo, "copies/a.parquet") == parquet.getvalue()
    assert read(repo, "b/c.txt", revision=head) == b"text"
    with pytest.raises(HfHubHTTPError) as stale:
        api.create_commit(repo, more, commit_message="x", parent_commit=head, repo_type="dataset")
    assert stale.value.response.status_code == 412
    with pytest.raises(RevisionNotFoundError):
        api.create_commit(repo, more, commit_message="x", revision="absent", repo_type="dataset")
    with pytest.raises(HfHubHTTPError) as refused:
        api.create_commit(repo, more, commit_message="x", token="hf_read", repo_type="dataset")
    assert refused.value.response.status_code == 403


def test_branches_and_tags(repo):
    upload(repo, b"1", "a.txt")
    api.create_branch(repo, branch="dev/one", repo_type="dataset")
    with pytest.raises(HfHubHTTPError):
        api.create_branch(repo, branch="dev/one", repo_type="dataset")
    api.create_branch(repo, branch="dev/one", repo_type="dataset", exist_ok=True)
    upload(repo, b"2", "a.txt", revision="dev/one")
    assert (read(repo, "a.txt"), read(repo, "a.txt", revision="dev/one")) == (b"1", b"2")
    api.create_tag(repo, tag="v1", revision="dev/one", tag_message="one", repo_type="dataset")
    assert read(repo, "a.txt", revision="v1") == b"2"
    api.delete_branch(repo, branch="dev/one", repo_type="dataset")
    api.delete_tag(repo, tag="v1", repo_type="dataset")
    refs = api.list_repo_refs(repo, repo_type="dataset")
    assert ([branch.name for branch in refs.branches], refs.tags) == (["main"], [])
    with pytest.raises(RevisionNotFoundError):
        api.delete_tag(repo, tag="v1", repo_type="dataset")


def test_pull_requests(repo):
    commit = upload(repo, b"new", "a.txt", create_pr=True, commit_message="Add a")
    assert commit.pr_num == 1
    assert (files(repo), files(repo, revision="refs/pr/1")) == ([], ["a.txt"])
    details = api.get_discussion_details(repo, 1, repo_type="dataset")
    assert (details.title, details.status, details.is_pull_request) == ("Add a", "open", True)
    assert [event.type for event in details.events] == ["comment", "commit"]
    api.merge_pull_request(repo, 1, repo_type="dataset")
    assert files(repo) == ["a.txt"]
    merged = api.get_discussion_details(repo, 1, repo_type="dataset")
    assert (merged.status, merged.merge_commit_oid) == ("merged", api.dataset_info(repo).sha)

    draft = api.create_pull_request(repo, title="Later", repo_type="dataset")
    assert (draft.num, draft.status) == (2, "draft")
    upload(repo, b"b", "b.txt", revision="refs/pr/2")
    upload(repo, b"main", "c.txt")
    api.comment_discussion(repo, 2, comment="Please look", repo_type="dataset")
    api.change_discussion_status(repo, 2, "open", repo_type="dataset")
    api.merge_pull_request(repo, 2, repo_type="dataset")
    assert files(repo) == ["a.txt", "b.txt", "c.txt"]

    talk = api.create_discussion(repo, title="Why?", description="Because", repo_type="dataset")
    api.change_discussion_status(repo, talk.num, "closed", repo_type="dataset")
    found = list(api.get_repo_discussions(repo, repo_type="dataset"))
    assert [(d.num, d.status) for d in found] == [(3, "closed"), (2, "merged"), (1, "merged")]


def test_pull_request_of_a_folder(repo, tmp_path):
    pq.write_table(make_table(10), tmp_path / "a.parquet")
    commit = api.upload_folder(folder_path=tmp_path, repo_id=repo, repo_type="dataset", create_pr=True)
    assert files(repo, revision=f"refs/pr/{commit.pr_num}") == ["a.parquet"]


def test_bad_commits(hub, repo):
    """What no client sends: the Hub checks it nevertheless."""
    url = f"{hub.origins['hub']}/api/datasets/{repo}/commit/main"
    headers = {"authorization": "Bearer hf_write", "content-type": "application/x-ndjson"}
    header = {"key": "header", "value": {"summary": "x"}}
    never_stored = {"path": "a.bin", "algo": "sha256", "oid": "0" * 64, "size": 1}
    binary = {"path": "a.bin", "content": "AAEC", "encoding": "base64"}
    for key, value, message in [
        ("lfsFile", never_stored, "not uploaded"),
        ("file", binary, "binary files"),
        ("file", {"path": "../a", "content": "a"}, "not a path"),
        ("copyFile", {"path": "a"}, "line 2"),
    ]:
        body = "\r\n".join(json.dumps(line) for line in [header, {"key": key, "value": value}])
        with pytest.raises(BadRequestError, match=message):
            hf_raise_for_status(get_session().post(url, headers=headers, content=body.encode()))
    assert files(repo) == []


def test_push_to_hub():
    rows = {"text": ["a", "b", "c", "d"], "label": [0, 1, 0, 1]}
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])}
    )
    table = datasets.Dataset.from_dict(rows, features=features)
    splits = datasets.DatasetDict({"train": table, "test": table.select([0])})
    splits.push_to_hub("user/pushed")
    loaded = datasets.load_dataset("user/pushed")
    assert loaded["train"].features == features
    assert {name: split[:] for name, split in loaded.items()} == {
        "train": rows,
        "test": {"text": ["a"], "label": [0]},
    }
    table.push_to_hub("user/pushed", config_name="other", split="validation", num_shards=2)
    assert datasets.get_dataset_config_names("user/pushed") == ["default", "other"]
    assert datasets.load_dataset("user/pushed", "other", split="validation").num_rows == 4
    table.select([1]).push_to_hub("user/pushed", split="test")
    assert datasets.load_dataset("user/pushed", split="test")["text"][:] == ["b"]


def test_to_parquet(repo):
    frame = make_table(1_000).to_pandas()
    frame.to_parquet(f"hf://datasets/{repo}/pandas.parquet")
    again = pd.read_parquet(f"hf://datasets/{repo}/pandas.parquet")
    assert again[["id", "score", "lang"]].equals(frame[["id", "score", "lang"]])
    parts = dd.from_pandas(frame[["id", "score"]], npartitions=3)
    parts.to_parquet(f"hf://datasets/{repo}/train", write_index=False)
    assert [path for path in files(repo) if path.startswith("train/")] == [
        f"train/part.{number}.parquet" for number in range(3)
    ]
    back = dd.read_parquet(f"hf://datasets/{repo}/train").compute(scheduler="threads")
    assert back.sort_values("id").reset_index(drop=True).equals(frame[["id", "score"]])


def test_file_system(repo):
    fs = HfFileSystem(skip_instance_cache=True)
    with fs.open(f"datasets/{repo}/a/b.txt", "w") as file:
        file.write("written")
    assert fs.read_text(f"datasets/{repo}/a/b.txt") == "written"
    fs.rm(f"datasets/{repo}/a/b.txt")
    assert not fs.exists(f"datasets/{repo}/a/b.txt")
