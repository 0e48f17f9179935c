"""Repos whose configs and splits are easily got wrong, each named after its trap.

A repo is its files by path: `None` is for Parquet with rows of its own, or a text where the name ends in something else.
"""


def card(yaml):
    return f"---\n{yaml.strip()}\n---\n# Card\n"


def with_card(yaml, *paths):
    return {"README.md": card(yaml), **dict.fromkeys(paths)}


def files(*paths):
    return dict.fromkeys(paths)


ABC = ["a.parquet", "b.parquet", "c.parquet"]
LANGUAGES = ["en/train.parquet", "en/test.parquet", "fr/x.parquet"]

SHARDS = {
    "shards-order": files(
        *[f"data/{split}-00000-of-00001.parquet" for split in ["zeta", "test", "alpha", "validation", "train"]]
    ),
    "shards-dotted": files(
        "data/train.clean.100-00000-of-00001.parquet", "data/test.other-00000-of-00001.parquet"
    ),
    "shards-no-synonyms": files("data/train-00000-of-00001.parquet", "data/dev-00000-of-00001.parquet"),
    "shards-hide-the-rest": files(
        "data/train-00000-of-00001.parquet", "test.parquet", "other/validation-00000-of-00001.parquet"
    ),
    "shards-two-generations": files(
        "data/train-00000-of-00001.parquet",
        "data/train-00000-of-00002.parquet",
        "data/train-00001-of-00002.parquet",
    ),
    "shards-incomplete": files("data/train-00000-of-00003.parquet", "data/train-00002-of-00003.parquet"),
    "shards-with-hash": files(
        "data/train-00000-of-00002-abcdef0123456789.parquet",
        "data/train-00001-of-00002-abcdef0123456789.parquet",
        "data/test-00000-of-00001.parquet",
    ),
    "shards-unicode": files("data/训练-00000-of-00001.parquet", "data/测试-00000-of-00001.parquet"),
    "shards-bad-name": files("data/my-split-00000-of-00001.parquet"),
    "shards-at-root": files("random-00000-of-00001.parquet", "train-00000-of-00001.parquet"),
    "shards-too-deep": files(
        "data/en/train-00000-of-00001.parquet", "data/en/custom-00000-of-00001.parquet"
    ),
    "shards-of-no-format": files("data/foo-00000-of-00001.bin", "train.parquet"),
}

KEYWORDS = {
    "keyword-deep": files("x/y/train/z/w/0.parquet", "x/y/val/z/w/0.parquet"),
    "keyword-directory-first": files("train/0.parquet", "test.parquet"),
    "keyword-two-directories": files("train/test/0.parquet", "train/x.parquet"),
    "keyword-directory-twice": files("train/my-train/0.parquet", "train/1.parquet"),
    "keyword-synonyms-nested": files("validation/dev/0.parquet", "validation/1.parquet"),
    "keyword-name-twice": files("train-train.parquet"),
    "keyword-two-splits": files("test-train.parquet"),
    "keyword-synonyms": files(
        "train.parquet", "dev.parquet", "val.parquet", "validation.parquet", "valid.parquet", "testing.parquet"
    ),
    "keyword-inside-a-word": files("trainer.parquet", "test.parquet"),
    "keyword-case": files("Train.parquet", "Test.parquet"),
    "keyword-digits": files("2024train.parquet", "2024test.parquet"),
    "keyword-spaces": files("my train file.parquet", "my test file.parquet"),
    "keyword-plus": files("a+train.parquet", "a+test.parquet"),
    "keyword-hive": files("split=train/0.parquet", "split=test/0.parquet"),
    "keyword-last": files("wiki.parquet.train", "wiki.parquet.test"),
    "keyword-in-data": files("data/train/0.parquet", "data/my_split/0.parquet", "data/eval/0.parquet"),
    "keyword-of-scripts": files("data.parquet", "test/test_load.py"),
    "keyword-script": files("train.parquet", "test.py"),
}

FORMATS = {
    "format-readmes": files("data.parquet", "docs/a.md", "docs/b.md", "docs/c.md"),
    "format-majority": files("data.parquet", "a.json", "b.json"),
    "format-tie": files("data.parquet", "schema.json"),
    "format-between-splits": files("train.csv", "test.parquet"),
    "format-checksum": files("train.parquet", "train.parquet.crc", ".train.parquet.crc"),
    "format-directory": files("data.parquet.d/notes.txt", "data.parquet.d/x.parquet", "data.parquet.d/y.parquet"),
    "format-upper-case": files("train.PARQUET", "test.PARQUET"),
    "format-pq": files("data.pq"),
    "format-metadata": files("metadata.parquet"),
    "format-nothing": files("model.safetensors"),
    "hidden": files(".hidden.parquet", "data.parquet", ".dir/x.parquet", "__cache__/x.parquet", "_kept.parquet"),
    "ignored-names": files("config.json", "data.parquet", "sub/dataset_infos.json", "sub/x.parquet"),
}

ORDERS = {
    "order-numbers": files("part.0.parquet", "part.1.parquet", "part.10.parquet", "part.2.parquet"),
    "order-code-points": files("B.parquet", "a.parquet", "_.parquet", "é.parquet", "10.parquet", "9.parquet"),
    "order-directories": files("a/z.parquet", "a-b/z.parquet", "a.parquet", "a.b/z.parquet"),
    "order-astral": files("😀.parquet", "\ufb01.parquet", "z.parquet"),
    "order-accents": files("données/entraînement.parquet", "données/été.parquet"),
    "order-special": files("100% data/a#b?c&d.parquet", "x@y/z=1+2.parquet"),
}

CONFIGS = {
    "config-list": with_card(
        "configs:\n- config_name: default\n  data_files:\n  - b.parquet\n  - '*.parquet'\n  - a.parquet", *ABC
    ),
    "config-split-order": with_card(
        """
configs:
- config_name: default
  data_files:
  - {split: test, path: a.parquet}
  - {split: train, path: [c.parquet, b.parquet]}
  - {split: alpha, path: c.parquet}
""",
        *ABC,
    ),
    "config-globs": with_card(
        """
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train/*
  - split: test
    path: data/test/**
  - split: other
    path: "**/[!0]?.parquet"
""",
        *["data/train/0.parquet", "data/train/sub/1.parquet", "data/test/sub/1.parquet", "x1.parquet"],
    ),
    "config-stars-in-a-name": with_card(
        "configs:\n- config_name: default\n  data_files: data/**.parquet", "data/1.parquet"
    ),
    "config-directory": with_card("configs:\n- config_name: default\n  data_files: train", "train/0.parquet"),
    "config-absent-file": with_card(
        "configs:\n- config_name: default\n  data_files: [a.parquet, nope.parquet]", *ABC
    ),
    "config-absent-glob": with_card(
        """
configs:
- config_name: default
  data_files:
  - {split: train, path: a.parquet}
  - {split: test, path: nope/*.parquet}
""",
        *ABC,
    ),
    "config-brackets": with_card(
        "configs:\n- config_name: default\n  data_files: 'train[0].parquet'", "train[0].parquet", "train0.parquet"
    ),
    "config-hidden": with_card(
        """
configs:
- config_name: default
  data_files:
  - {split: train, path: .hidden/*}
  - {split: test, path: .y.parquet}
  - {split: everything, path: '**'}
""",
        *[".hidden/x.parquet", ".y.parquet", "z.parquet"],
    ),
    "config-dot-slash": with_card("configs:\n- config_name: default\n  data_files: ./a.parquet", *ABC),
    "config-no-default": with_card(
        "configs:\n- {config_name: en, data_files: en/*}\n- {config_name: fr, data_files: fr/*}", *LANGUAGES
    ),
    "config-named-default": with_card(
        "configs:\n- {config_name: en, data_files: en/*}\n- {config_name: default, data_files: fr/*}", *LANGUAGES
    ),
    "config-default-no": with_card(
        "configs:\n- {config_name: en, data_dir: en, default: 'no'}\n- {config_name: fr, data_dir: fr}", *LANGUAGES
    ),
    "config-two-defaults": with_card(
        "configs:\n- {config_name: en, data_dir: en, default: yes}\n- {config_name: fr, data_dir: fr, default: on}",
        *LANGUAGES,
    ),
    "config-data-dir-is-data": with_card(
        "configs:\n- config_name: en\n  data_dir: data",
        *["data/train-00000-of-00001.parquet", "data/foo-00000-of-00001.parquet"],
    ),
    "config-data-dir-and-root": with_card(
        "configs:\n- config_name: en\n  data_dir: en\n  data_files: train.parquet", *LANGUAGES, "train.parquet"
    ),
    "config-data-dir-not-root": with_card(
        "configs:\n- config_name: en\n  data_dir: en\n  data_files: train.parquet", *LANGUAGES
    ),
    "config-data-dir-absent": with_card(
        "configs:\n- {config_name: en, data_dir: en}\n- {config_name: de, data_dir: de}", *LANGUAGES
    ),
    "config-name-only": with_card("configs:\n- config_name: default", "train.parquet", "test.parquet"),
    "config-other-format": with_card(
        "configs:\n- {config_name: p, data_files: a.parquet}\n- {config_name: c, data_files: b.csv}",
        *["a.parquet", "b.csv"],
    ),
    "config-again": with_card(
        "configs:\n- {config_name: x, data_files: a.parquet}\n- {config_name: x, data_files: b.parquet}", *ABC
    ),
    "config-slash": with_card("configs:\n- {config_name: a/b, data_files: a.parquet}", *ABC),
    "config-split-dash": with_card(
        "configs:\n- config_name: x\n  data_files:\n  - {split: my-train, path: a.parquet}", *ABC
    ),
    "config-split-again": with_card(
        "configs:\n- config_name: x\n  data_files:\n  - {split: a, path: a.parquet}\n  - {split: a, path: b.parquet}",
        *ABC,
    ),
    "config-split-unicode": with_card(
        "configs:\n- config_name: é\n  data_files:\n  - {split: entraînement, path: a.parquet}", *ABC
    ),
    "config-script": {"config-script.py": "", "train.parquet": None},
}

YAML = {
    "yaml-norway": with_card("configs:\n- {config_name: no, data_files: a.parquet}", *ABC),
    "yaml-number": with_card("configs:\n- {config_name: 1_000, data_files: a.parquet}", *ABC),
    "yaml-strings": with_card(
        "configs:\n- {config_name: y, data_files: a.parquet}\n- {config_name: 12e03, data_files: b.parquet}\n"
        "- {config_name: 0o17, data_files: c.parquet}",
        *ABC,
    ),
    "yaml-year": with_card(
        "configs:\n- config_name: x\n  data_files:\n  - {split: 2023, path: a.parquet}", *ABC
    ),
    "yaml-quoted-year": with_card(
        "configs:\n- config_name: x\n  data_files:\n  - {split: '2023', path: a.parquet}", *ABC
    ),
    "yaml-null": with_card("configs:\n- config_name: default\n  data_files:", "train.parquet"),
    "yaml-duplicate-key": with_card(
        "configs:\n- config_name: default\n  data_files: a.parquet\n  data_files: b.parquet", *ABC
    ),
    "yaml-alias": with_card(
        "configs:\n- {config_name: x, data_files: &all '*.parquet', default: true}\n- {config_name: y, data_files: *all}",
        *ABC,
    ),
    "yaml-empty": with_card("configs: []", "train.parquet", "test.parquet"),
    "yaml-broken": with_card("configs: [a", "train.parquet"),
    "yaml-crlf": {
        "README.md": card("configs:\n- config_name: x\n  data_files: a.parquet").replace("\n", "\r\n"),
        **files(*ABC),
    },
    "yaml-no-end": {
        "README.md": "---\nconfigs:\n- config_name: x\n  data_files: a.parquet\n",
        **files(*ABC),
    },
    "yaml-fence-with-space": {
        "README.md": "--- \nconfigs:\n- config_name: x\n  data_files: a.parquet\n---\n",
        **files(*ABC),
    },
    "yaml-byte-order-mark": {
        "README.md": "\ufeff" + card("configs:\n- config_name: x\n  data_files: a.parquet"),
        **files(*ABC),
    },
    "yaml-of-its-own": {
        ".huggingface.yaml": "configs:\n- config_name: y\n  data_files: b.parquet\n",
        **with_card("license: mit\nconfigs:\n- config_name: x\n  data_files: a.parquet", *ABC),
    },
}

INFOS = {
    "info-makes-the-default": with_card(
        "configs:\n- {config_name: en, data_files: en/*}\n- {config_name: fr, data_files: fr/*}\n"
        "dataset_info:\n  config_name: fr\n  features:\n  - name: n\n    dtype: int64",
        *LANGUAGES,
    ),
    "info-names-no-config": with_card(
        "dataset_info:\n  config_name: foo\n  features:\n  - name: n\n    dtype: int64", "train.parquet"
    ),
    "info-other-splits": with_card(
        "dataset_info:\n  features:\n  - name: n\n    dtype: int64\n  splits:\n"
        "  - {name: train, num_bytes: 8, num_examples: 3}\n  - {name: ghost, num_bytes: 8, num_examples: 1}",
        "train.parquet",
    ),
    "info-labels": with_card(
        "dataset_info:\n  features:\n  - name: n\n    dtype:\n      class_label:\n        names:\n"
        + "".join(f"          '{n}': label {n}\n" for n in range(8)),
        *["train.parquet", "test.parquet"],
    ),
    "info-json": {
        "dataset_infos.json": '{"user--info-json": {"features": {"n": {"dtype": "int64", "_type": "Value"}}}}',
        **files("train.parquet", "test.parquet"),
    },
    "info-json-of-two": {
        "dataset_infos.json": '{"en": {"description": "first"}, "fr": {"description": "second"}}',
        **with_card(
            "configs:\n- {config_name: fr, data_files: fr/*}\n- {config_name: en, data_files: en/*}", *LANGUAGES
        ),
    },
}

REPOS = SHARDS | KEYWORDS | FORMATS | ORDERS | CONFIGS | YAML | INFOS
