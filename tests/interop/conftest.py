"""Starts one local Hub for all tests, and points every Hugging Face client of this process at it.

The clients read their environment when they are imported, so it is set here, before any of them is.
"""

import atexit
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import urllib.request

REPO = pathlib.Path(__file__).resolve().parents[2]


def cargo_build(*what):
    """Builds a program, and returns its path."""
    build = ["cargo", "build", "--quiet", *what, "--message-format", "json"]
    output = subprocess.run(build, cwd=REPO, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in output.splitlines()]
    return next(message["executable"] for message in messages if message.get("executable"))


def start_hub():
    # The program that xtask built, or, without xtask, the one that cargo builds now.
    program = os.environ.get("HUBFRAME_HUB_BIN") or cargo_build("--package", "hubframe-hub")
    hub = subprocess.Popen(
        [program, "--exit-with-stdin"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(hub.stdin.close)
    return json.loads(hub.stdout.readline())


HOME = tempfile.mkdtemp(prefix="hubframe-interop-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
ORIGINS = start_hub()
os.environ.update(
    HF_ENDPOINT=ORIGINS["hub"],
    HF_HOME=HOME,
    HF_TOKEN="hf_write",
    HF_HUB_DISABLE_XET="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    HF_HUB_DISABLE_PROGRESS_BARS="1",
)
for name in ["HF_HUB_OFFLINE", "HF_HUB_CACHE", "HF_DATASETS_CACHE", "HF_TOKEN_PATH"]:
    os.environ.pop(name, None)

import base64  # noqa: E402
import io  # noqa: E402

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
import pytest  # noqa: E402


class Hub:
    """The control port of the local Hub."""

    origins = ORIGINS

    def ask(self, method, path, body=None):
        request = urllib.request.Request(ORIGINS["control"] + path, method=method)
        request.add_header("content-type", "application/json")
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request, data) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def create(self, repo_id, files, **more):
        """Makes a dataset repo of bytes and texts by path."""
        self.ask("POST", "/repos", {"id": repo_id, "files": seeds(files), **more})
        return repo_id

    def log(self):
        return self.ask("GET", "/log")


def seeds(files):
    return {
        path: content if isinstance(content, str) else {"base64": base64.b64encode(content).decode()}
        for path, content in files.items()
    }


def make_table(num_rows, seed=0):
    """Columns of several types, the same for the same seed."""
    random = np.random.default_rng(seed)
    columns = {
        "id": pa.array(np.arange(num_rows) + seed * num_rows),
        "score": pa.array(random.normal(size=num_rows)),
        "lang": pa.array(random.choice(["en", "de", "fr"], num_rows)),
        "tags": pa.array([["a"] * (n % 3) for n in range(num_rows)]),
    }
    return pa.table(columns)


def to_parquet(table, **options):
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **options)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def hub():
    return Hub()


@pytest.fixture(scope="session")
def tables():
    """The content of the two data files of `user/demo`."""
    return [make_table(20_000, seed) for seed in (1, 2)]


@pytest.fixture(scope="session")
def demo(hub, tables):
    """A dataset with a card, two data files, a validation split, a folder and a converted branch."""
    shards = {f"data/train-{n:05}-of-00002.parquet": to_parquet(table) for n, table in enumerate(tables)}
    files = {
        "README.md": "---\nlicense: mit\n---\n# demo\n",
        "data/validation-00000-of-00001.parquet": to_parquet(make_table(100, seed=3)),
        "notes/a b.txt": "caf\u00e9",
        "large.bin": bytes(range(256)) * 8_192,
        **shards,
    }
    converted = {"default/train/0000.parquet": to_parquet(tables[0])}
    refs = {
        "refs/convert/parquet": {"files": seeds(converted)},
        "refs/heads/dev": {"files": {"dev.txt": "only here"}},
        "refs/tags/v1": {"at": "main"},
    }
    return hub.create("user/demo", files, refs=refs)
