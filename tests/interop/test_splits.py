"""The `splits` example and `datasets` see the same configs, splits, files and rows in the same repos."""

import json
import os
import re
import subprocess

import conftest
import datasets
import pyarrow as pa
import pytest
from split_repos import REPOS

datasets.disable_progress_bars()


@pytest.fixture(scope="module")
def ours(hub):
    """What the example prints about every repo, by name."""
    for name, files in REPOS.items():
        hub.create(f"user/{name}", contents(files))
    program = os.environ.get("HUBFRAME_SPLITS_BIN") or conftest.cargo_build("--example", "splits")
    repos = [f"user/{name}" for name in REPOS]
    command = [program, "--hub", hub.origins["hub"], *repos, "--rows"]
    answers = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return dict(zip(REPOS, json.loads(answers), strict=True))


def contents(files):
    """Parquet files of 1, 2, 4, … rows, so that no two sets of files have the same number; texts as they are."""
    filled = {}
    for index, (path, text) in enumerate(files.items()):
        if text is not None:
            filled[path] = text
        elif re.search(r"parquet|\.pq", path, re.IGNORECASE):
            filled[path] = conftest.to_parquet(pa.table({"n": range(1 << index)}))
        else:
            filled[path] = "n\n1\n"
    return filled


def theirs(repo):
    """What `datasets` says of a repo, in the same shape; `None` when it refuses it."""
    try:
        default = datasets.get_dataset_default_config_name(repo)
        names = datasets.get_dataset_config_names(repo)
        builders = [datasets.load_dataset_builder(repo, name) for name in names]
    except Exception:
        return None
    configs = [
        {"config_name": name, "default": name == default, **splits(builder)}
        for name, builder in zip(names, builders, strict=True)
    ]
    return {"builder": builders[0].name, "default_config": default, "configs": configs}


def splits(builder):
    found = [
        {"split": str(split), "files": [re.sub("^hf://datasets/[^@]+@[0-9a-f]{40}/", "", file) for file in files]}
        for split, files in builder.config.data_files.items()
    ]
    declared = list(builder.info.splits) if builder.info.splits is not None else None
    differs = declared is not None and declared != [split["split"] for split in found]
    return {"splits": found, **({"split_names": declared} if differs else {})}


def without_rows(answer):
    configs = [
        {**config, "splits": [{key: split[key] for key in ["split", "files"]} for split in config["splits"]]}
        for config in answer["configs"]
    ]
    return {**answer, "configs": configs}


def rows(repo, config):
    """The library's rows by split; `None` when it cannot read the config.

    Unverified, because what a card says about its splits is not what is compared here.
    """
    try:
        loaded = datasets.load_dataset(repo, config, verification_mode="no_checks")
    except Exception:
        return None
    return {split: table.num_rows for split, table in loaded.items()}


@pytest.mark.parametrize("name", REPOS)
def test_same_as_datasets(ours, name):
    answer, expected = ours[name], theirs(f"user/{name}")
    if expected is None:
        assert "error" in answer
        return
    assert without_rows(answer) == expected
    if answer["builder"] != "parquet":
        return
    for config in answer["configs"]:
        counted = {split["split"]: split.get("num_rows") for split in config["splits"]}
        expected = rows(f"user/{name}", config["config_name"])
        assert counted == expected or (expected is None and None in counted.values())
