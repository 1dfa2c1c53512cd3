"""A folder of datasets as people have them: nested, packed, mixed, broken, copied."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import zstandard

from tests.planted import chat, edited, text, vocabulary

WORDS = vocabulary(2000)
KEY = "sk-" + "proj-" + "Zk3vQ8mB1xT7rLw2Yd9HsJ4nPf6GcA0eUi5oKb3Vt8Xq1Mz7"


def records(number: int, seed: int) -> list[dict[str, Any]]:
    """Examples that have nothing in common but their words."""
    choose = random.Random(seed)  # noqa: S311
    return [chat(text(WORDS, 25, choose), text(WORDS, 25, choose)) for _ in range(number)]


def nearly(record: dict[str, Any], seed: int) -> dict[str, Any]:
    """The same record with every tenth word of both turns replaced."""
    choose = random.Random(seed)  # noqa: S311
    said = [message["content"] for message in record["messages"][1:]]
    return chat(*(edited(each, 0.1, WORDS, choose) for each in said))


def lines(found: Sequence[Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in found)


def write(path: Path, found: Sequence[Any] | bytes) -> Path:
    data = found if isinstance(found, bytes) else lines(found)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gz":
        data = gzip.compress(data, mtime=0)
    if path.suffix == ".zst":
        data = zstandard.compress(data)
    path.write_bytes(data)
    return path


def build(top: Path) -> Path:
    """Seven datasets: what each has of the others is planted here.

    ``support`` repeats one example and nearly another, and holds out one that it trains on;
    ``copies`` has four of its examples and nearly a fifth; ``deep`` holds out one example of
    ``support`` and nearly one of ``copies``.
    """
    support, fresh = records(12, 1), records(12, 2)
    write(top / "support" / "train.jsonl", [*support, support[0], nearly(support[1], 7)])
    write(top / "support" / "val.jsonl", [*records(2, 3), support[2]])
    write(top / "copies" / "train.jsonl.gz", [*support[:4], nearly(support[5], 8), *fresh])
    write(top / "deep" / "er" / "eval" / "test.jsonl.zst", [support[6], nearly(fresh[0], 9)])
    alpaca = [{"instruction": f"Do {word}.", "output": f"{word} done."} for word in WORDS[:6]]
    write(top / "mixed" / "train.jsonl", [*records(4, 4), *alpaca])
    leaky = [chat("Where is the key kept?", f"It is {KEY}."), *records(3, 5)]
    leaky[2]["messages"][1]["content"] += " Write to ada.lovelace@aol-mail.net today."
    write(top / "secrets" / "train.jsonl", leaky)
    write(top / "broken" / "train.jsonl.gz", b"")
    (top / "broken" / "train.jsonl.gz").write_bytes(gzip.compress(lines(fresh))[:60])
    write(top / "plan" / "train.jsonl", records(3, 6))
    (top / "plan" / "ftgate.toml").write_text("[modle]\nbase = 'gpt-4.1'\n")
    (top / "notes.txt").write_text("no data\n")
    return top
