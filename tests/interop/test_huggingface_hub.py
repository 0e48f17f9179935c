"""huggingface_hub's HfApi reads repos: info, listings, downloads, refs, and every way of being refused."""

import hashlib
import pathlib

import pytest
from huggingface_hub import HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoFile, RepoFolder

api = HfApi()
FILES = [
    ".gitattributes",
    "README.md",
    "data/train-00000-of-00002.parquet",
    "data/train-00001-of-00002.parquet",
    "data/validation-00000-of-00001.parquet",
    "large.bin",
    "notes/a b.txt",
]


def test_whoami():
    me = api.whoami()
    assert (me["name"], me["type"], [org["name"] for org in me["orgs"]]) == ("user", "user", ["org"])
    with pytest.raises(HfHubHTTPError) as refused:
        HfApi(token="hf_unknown").whoami()
    assert refused.value.response.status_code == 401


def test_dataset_info(demo):
    info = api.dataset_info(demo, files_metadata=True)
    assert (info.id, info.author, info.private, info.gated) == (demo, "user", False, False)
    assert sorted(sibling.rfilename for sibling in info.siblings) == FILES
    large = next(sibling for sibling in info.siblings if sibling.rfilename == "large.bin")
    assert (large.size, large.lfs.size) == (2_097_152, 2_097_152)
    for revision in ["main", "v1", info.sha, info.sha[:8], "refs/heads/main"]:
        assert api.dataset_info(demo, revision=revision).sha == info.sha
    assert api.dataset_info(demo, revision="refs/convert/parquet").sha != info.sha
    assert api.dataset_info(demo, expand=["likes"]).likes == 0
    assert api.repo_exists(demo, repo_type="dataset")
    assert not api.repo_exists("user/absent", repo_type="dataset")
    assert api.revision_exists(demo, "dev", repo_type="dataset")
    assert api.file_exists(demo, "README.md", repo_type="dataset")
    assert not api.file_exists(demo, "absent", repo_type="dataset")
    api.auth_check(demo, repo_type="dataset")


def test_tree(demo):
    assert sorted(api.list_repo_files(demo, repo_type="dataset")) == FILES
    top = list(api.list_repo_tree(demo, repo_type="dataset"))
    assert {entry.path for entry in top if isinstance(entry, RepoFolder)} == {"data", "notes"}
    data = list(api.list_repo_tree(demo, "data", recursive=True, expand=True, repo_type="dataset"))
    assert [entry.path for entry in data] == FILES[2:5]
    assert all(isinstance(entry, RepoFile) and entry.lfs and entry.last_commit for entry in data)
    converted = api.list_repo_files(demo, revision="refs/convert/parquet", repo_type="dataset")
    assert "default/train/0000.parquet" in converted
    with pytest.raises(EntryNotFoundError):
        list(api.list_repo_tree(demo, "absent", repo_type="dataset"))


def test_tree_of_many_pages(hub):
    content = "x"
    many = [{"template": "part-{}.txt", "count": 2_500, "content": content}]
    hub.create("user/many", {}, many=many)
    files = api.list_repo_files("user/many", repo_type="dataset")
    assert len(files) == len(set(files)) == 2_501


def test_paths_info(demo):
    paths = ["README.md", "data", "absent", "large.bin"]
    infos = api.get_paths_info(demo, paths, expand=True, repo_type="dataset")
    assert [info.path for info in infos] == ["README.md", "data", "large.bin"]
    assert infos[2].lfs.size == 2_097_152
    metadata = infos[0]
    assert metadata.last_commit.title == "Upload files"


def test_refs_and_commits(hub, demo):
    refs = api.list_repo_refs(demo, repo_type="dataset")
    assert [branch.name for branch in refs.branches] == ["dev", "main"]
    assert [(convert.name, convert.ref) for convert in refs.converts] == [("parquet", "refs/convert/parquet")]
    assert [tag.name for tag in refs.tags] == ["v1"]
    hub.create("user/history", {"a.txt": "0"})
    for number in range(1, 4):
        body = {"title": f"change {number}", "files": {"a.txt": str(number)}}
        hub.ask("POST", "/repos/user/history/commits", body)
    commits = api.list_repo_commits("user/history", repo_type="dataset", formatted=True)
    titles = ["change 3", "change 2", "change 1", "Upload files", "initial commit"]
    assert [commit.title for commit in commits] == titles
    old = hf_hub_download("user/history", "a.txt", repo_type="dataset", revision=commits[2].commit_id)
    assert pathlib.Path(old).read_text() == "1"


def test_download(demo):
    small = hf_hub_download(demo, "notes/a b.txt", repo_type="dataset")
    assert pathlib.Path(small).read_text() == "caf\u00e9"
    large = hf_hub_download(demo, "large.bin", repo_type="dataset")
    assert pathlib.Path(large).read_bytes() == bytes(range(256)) * 8_192
    with pytest.raises(EntryNotFoundError):
        hf_hub_download(demo, "absent.bin", repo_type="dataset")


def test_snapshot(hub, demo, tmp_path):
    hub.ask("DELETE", "/log")
    patterns = ["data/*", "*.md"]
    snapshot = snapshot_download(demo, repo_type="dataset", allow_patterns=patterns, cache_dir=tmp_path)
    folder = pathlib.Path(snapshot)
    found = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert found == FILES[1:5]
    storage = [entry for entry in hub.log() if entry["origin"] == "storage"]
    assert storage and not any(entry["authorization"] for entry in storage)


def test_interrupted_download_resumes(hub):
    """The client keeps whole chunks of 10 MiB, and asks for the rest by a range."""
    size, chunk = 30_000_000, 10 << 20
    random = {"random": {"len": size, "seed": 1}}
    hub.ask("POST", "/repos", {"id": "user/interrupted", "files": {"a.bin": random}})
    hub.ask("POST", "/reset")
    fault = {"origin": "storage", "count": 1, "kind": "truncate", "after_bytes": 25_000_000}
    hub.ask("POST", "/faults", fault)
    file = pathlib.Path(hf_hub_download("user/interrupted", "a.bin", repo_type="dataset"))
    stored = [(entry["range"], entry["bytes_sent"]) for entry in hub.log() if entry["origin"] == "storage"]
    assert stored == [(None, 25_000_000), (f"bytes={2 * chunk}-", size - 2 * chunk)]
    [info] = api.get_paths_info("user/interrupted", ["a.bin"], repo_type="dataset")
    assert hashlib.sha256(file.read_bytes()).hexdigest() == info.lfs.sha256


def test_refusals(hub, demo):
    for repo_id in ["user/absent", "absent/absent"]:
        with pytest.raises(RepositoryNotFoundError):
            api.dataset_info(repo_id)
        with pytest.raises(RepositoryNotFoundError):
            hf_hub_download(repo_id, "a", repo_type="dataset")
    with pytest.raises(RevisionNotFoundError):
        api.dataset_info(demo, revision="absent")
    with pytest.raises(RevisionNotFoundError):
        hf_hub_download(demo, "README.md", revision="absent", repo_type="dataset")
    with pytest.raises(RepositoryNotFoundError):
        HfApi().model_info("user/demo")

    hub.create("user/private", {"a.txt": "secret"}, private=True)
    assert api.dataset_info("user/private").private
    with pytest.raises(RepositoryNotFoundError):
        HfApi(token=False).dataset_info("user/private")

    hub.create("other/gated", {"a.txt": "a"}, gated="manual")
    assert api.dataset_info("other/gated").gated == "manual"
    for token in [None, False]:
        with pytest.raises(GatedRepoError):
            hf_hub_download("other/gated", "a.txt", repo_type="dataset", token=token)
