"""Training sets with planted repetitions, the same ones in every run."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ftgate.cache import Cache
from ftgate.content.marks import WHOLE_BYTES
from ftgate.looks import Looks
from ftgate.model import Repetition
from ftgate.reading import read_dataset
from ftgate.sources import Dataset, File

_SYLLABLES = (
    "ka",
    "lo",
    "mi",
    "ren",
    "sta",
    "vo",
    "tul",
    "ber",
    "sen",
    "da",
    "fi",
    "gor",
    "han",
    "jul",
)


class Planted(NamedTuple):
    """Records, and for each planted one its index with that of its original."""

    records: list[dict[str, Any]]
    pairs: list[tuple[int, int]]


def vocabulary(size: int, seed: int = 1) -> list[str]:
    """Words that are no words."""
    choose = random.Random(seed)  # noqa: S311
    return ["".join(choose.choices(_SYLLABLES, k=choose.randint(1, 4))) for _ in range(size)]


def text(words: Sequence[str], size: int, choose: random.Random) -> str:
    """A text whose frequent words are frequent, as in every language (Zipf's law)."""
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    return " ".join(choose.choices(words, weights, k=size))


def edited(source: str, ratio: float, words: Sequence[str], choose: random.Random) -> str:
    """The text with so many of its words replaced by others."""
    parts = source.split()
    for at in choose.sample(range(len(parts)), round(ratio * len(parts))):
        parts[at] = choose.choice(words)
    return " ".join(parts)


def chat(user: str, assistant: str, system: str = "Be brief.") -> dict[str, Any]:
    """A record of OpenAI's chat format."""
    said = [("system", system)] * bool(system) + [("user", user), ("assistant", assistant)]
    return {"messages": [{"role": role, "content": content} for role, content in said]}


def plant(
    examples: int,
    planted: int,
    ratio: float,
    *,
    seed: int,
    sizes: tuple[int, int],
    prefix: str = "",
) -> Planted:
    """Examples of so many words a turn, and edited copies of some, in random order."""
    choose, words = random.Random(seed), vocabulary(4000)  # noqa: S311
    said = [
        tuple(text(words, choose.randint(*sizes), choose) for _ in range(2))
        for _ in range(examples)
    ]
    origins = choose.sample(range(examples), planted)
    said += [tuple(edited(each, ratio, words, choose) for each in said[at]) for at in origins]
    order = choose.sample(range(len(said)), len(said))
    place = {old: new for new, old in enumerate(order)}
    records = [chat(prefix + said[at][0], said[at][1]) for at in order]
    pairs = [(place[at], place[examples + copy]) for copy, at in enumerate(origins)]
    return Planted(records, pairs)


def write(path: Path, records: Sequence[Any]) -> Path:
    """The records as JSON Lines."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


def repetition_of(
    folder: Path,
    train: Sequence[Any],
    held_out: Sequence[Any] = (),
    cache: Cache | None = None,
    *,
    whole_bytes: int = WHOLE_BYTES,
) -> Repetition:
    """What repeats in a training set, judged with its validation set."""
    files = [File(str(write(folder / "train.jsonl", train)), "train", "train.jsonl")]
    if held_out:
        path = write(folder / "val.jsonl", held_out)
        files.append(File(str(path), "validation", "val.jsonl"))
    reading = read_dataset(
        Dataset("planted", tuple(files)),
        counter=None,
        limit=None,
        sample_size=0,
        cache=cache or Cache(None),
        looks=Looks(),
        hygiene=True,
        whole_bytes=whole_bytes,
    )
    assert reading.repetition is not None
    return reading.repetition
