"""Writes the four files of the bench, the same bytes each time: `generate.py DIRECTORY`.

They stand for what is on the Hub. `text` is a corpus, `numeric` a table of features, `chat` a list of messages a row,
`images` media in the file itself. All have an `id` that ascends, a page index, and the row groups of their writers.
"""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SEED = 20240607


def words(rng: np.random.Generator, count: int) -> np.ndarray:
    """A vocabulary with the word lengths of English."""
    letters = np.frombuffer(b"etaoinshrdlucmfwypvbgkjqxz", dtype=np.uint8)
    weights = 1.0 / np.arange(1, len(letters) + 1)
    lengths = np.clip(rng.poisson(4.2, count) + 1, 1, 14)
    letters = rng.choice(letters, size=int(lengths.sum()), p=weights / weights.sum()).tobytes()
    ends = np.cumsum(lengths)
    return np.array([letters[end - n : end].decode() for n, end in zip(lengths, ends)], dtype=object)


class Prose:
    """Text of words that are as frequent as in a language: it compresses to two fifths, as a corpus does."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.vocabulary = words(rng, 50_000)
        self.stock = np.minimum(rng.zipf(1.25, 1 << 21) - 1, 49_999)

    def texts(self, lengths: np.ndarray) -> list[str]:
        """Texts of so many words."""
        starts = self.rng.integers(0, len(self.stock) - int(lengths.max()), len(lengths))
        noise = self.rng.integers(0, 50_000, (len(lengths), 24))
        texts = []
        for start, length, rare in zip(starts, lengths, noise):
            picked = self.stock[start : start + length].copy()
            picked[:: max(1, length // 24)][:24] = rare[: len(picked[:: max(1, length // 24)][:24])]
            texts.append(" ".join(self.vocabulary[picked]))
        return texts


def text(path: Path) -> None:
    """200,000 rows of 1 to 2 kB of text, in row groups of 100,000; zstd."""
    rng = np.random.default_rng(SEED)
    prose = Prose(rng)
    n = 200_000
    table = pa.table(
        {
            "id": np.arange(n, dtype=np.int64),
            "url": [f"https://example.org/{a:08x}/{b:08x}" for a, b in rng.integers(0, 1 << 32, (n, 2))],
            "text": prose.texts(rng.integers(195, 352, n)),
            "language": rng.choice(["en", "de", "fr", "es", "zh", "ja"], n, p=[0.6, 0.1, 0.1, 0.1, 0.05, 0.05]),
            "score": rng.normal(size=n),
            "date": pa.array(rng.integers(1_500_000_000_000, 1_700_000_000_000, n), pa.timestamp("ms")),
        }
    )
    write(table, path, 100_000, "zstd")


def numeric(path: Path) -> None:
    """2,000,000 rows of 20 columns, in row groups of 100,000; snappy."""
    rng = np.random.default_rng(SEED + 1)
    n = 2_000_000
    columns: dict[str, np.ndarray] = {"id": np.arange(n, dtype=np.int64)}
    columns |= {f"f{i}": rng.normal(size=n) for i in range(3)}
    columns |= {f"s{i}": rng.normal(size=n).astype(np.float32) for i in range(9)}
    columns |= {f"i{i}": rng.integers(0, 10 ** (i + 2), n, dtype=np.int32) for i in range(5)}
    columns["label"] = rng.integers(0, 10, n, dtype=np.int8)
    columns["flag"] = rng.random(n) < 0.3
    write(pa.table(columns), path, 100_000, "snappy")


def chat(path: Path) -> None:
    """100,000 conversations of a few messages, in row groups of 50,000; snappy."""
    rng = np.random.default_rng(SEED + 2)
    prose = Prose(rng)
    n = 100_000
    turns = rng.integers(2, 7, n)
    offsets = np.concatenate([[0], np.cumsum(turns)]).astype(np.int32)
    total = int(offsets[-1])
    position = np.arange(total) - np.repeat(offsets[:-1], turns)
    roles = np.where(position % 2 == 0, "user", "assistant").astype(object)
    content = prose.texts(rng.integers(22, 83, total))
    messages = pa.StructArray.from_arrays([pa.array(roles), pa.array(content)], ["role", "content"])
    table = pa.table({"id": np.arange(n, dtype=np.int64), "messages": pa.ListArray.from_arrays(offsets, messages)})
    write(table, path, 50_000, "snappy")


def images(path: Path) -> None:
    """2,000 images of about 50 kB, in row groups of 100; bytes that are compressed already, as JPEG is."""
    rng = np.random.default_rng(SEED + 3)
    n = 2_000
    data = [rng.bytes(int(size)) for size in rng.integers(40_000, 60_000, n)]
    image = pa.StructArray.from_arrays([pa.array(data, pa.binary()), pa.array([f"{i:05}.jpg" for i in range(n)])], ["bytes", "path"])
    table = pa.table({"id": np.arange(n, dtype=np.int64), "image": image})
    write(table, path, 100, {"id": "snappy", "image.bytes": "none", "image.path": "snappy"})


def write(table: pa.Table, path: Path, row_group_size: int, compression: str | dict[str, str]) -> None:
    pq.write_table(table, path, row_group_size=row_group_size, compression=compression, write_page_index=True)
    print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB", flush=True)


if __name__ == "__main__":
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for generate in (text, numeric, chat, images):
        generate(directory / f"{generate.__name__}.parquet")
