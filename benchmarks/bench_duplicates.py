"""Near-duplicates planted among chat examples: found, wrongly found, CPU and memory, with a peer.

    python -m benchmarks.bench_duplicates [EXAMPLES] [RATIO]

One example of a hundred is a copy of another with RATIO (0.1) of its words replaced. The peer is
the loop that most scripts contain: datasketch's MinHash and MinHashLSH (``pip install datasketch``)
over the same word pairs, candidates verified by their Jaccard similarity. Both read the file.
Targets: 100,000 examples in 25 s of CPU and 400 MB, recall 0.95 at a tenth, precision 0.99.
"""

from __future__ import annotations

import json
import random
import re
import sys
from itertools import pairwise
from pathlib import Path

from benchmarks.generate import sentences, writer
from benchmarks.measure import DATA, Run, run_once

HERE = Path(__file__)
THRESHOLD = 0.5


def write(path: Path, examples: int, ratio: float, seed: int = 20261122) -> None:
    """The set, and beside it the line numbers of the planted pairs."""
    choose, text = random.Random(seed), writer(seed)
    words = sorted({word for each in sentences() for word in each.split()})
    texts = [(text(2), text(3)) for _ in range(examples * 99 // 100)]
    origins = choose.sample(range(len(texts)), examples - len(texts))

    def edited(source: str) -> str:
        parts = source.split(" ")
        for at in choose.sample(range(len(parts)), round(ratio * len(parts))):
            parts[at] = choose.choice(words)
        return " ".join(parts)

    texts += [(edited(texts[at][0]), edited(texts[at][1])) for at in origins]
    order = choose.sample(range(examples), examples)
    line = {old: new + 1 for new, old in enumerate(order)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as stream:
        for user, assistant in (texts[at] for at in order):
            messages = [{"role": "user", "content": user}]
            messages.append({"role": "assistant", "content": assistant})
            stream.write(json.dumps({"messages": messages}, ensure_ascii=False) + "\n")
    first = examples - len(origins)
    pairs = [sorted((line[at], line[first + copy])) for copy, at in enumerate(origins)]
    path.with_suffix(".pairs").write_text(json.dumps(pairs))


def ours(path: Path) -> list[tuple[int, ...]]:
    """Line numbers of the pairs that ftgate finds."""
    from ftgate.content import columns
    from ftgate.content.marks import WHOLE, Marker, Part, parts_of
    from ftgate.content.near import find_pairs
    from ftgate.judge import judge_record
    from ftgate.lookup import examples_at
    from ftgate.readers.jsonl import read_jsonl

    marker = Marker(WHOLE._replace(template_share=0))
    with path.open("rb") as stream:
        for line in read_jsonl(stream):
            example = judge_record(line.record, None)[1]
            if example is not None:
                marker.add(line.number, line.number, example)
    part = Part("0", False, 0, marker.close())

    def texts(_: int, lines: list[int]) -> list[tuple[str, str]]:
        return [parts_of(each) for each in examples_at(str(path), path.name, "openai", lines)]

    rows = columns.signed([part])
    return [tuple(pair) for pair in rows.line[find_pairs(rows, (), texts)].tolist()]


def peer(path: Path) -> list[tuple[int, ...]]:
    """Line numbers of the pairs that the usual loop finds."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=128)
    known: dict[int, set[tuple[str, str]]] = {}
    pairs = []
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            text = "\n".join(each["content"] for each in json.loads(line)["messages"])
            words = re.findall(r"\w+", text.lower())
            mine = set(pairwise(words))
            signature = MinHash(num_perm=128)
            signature.update_batch([" ".join(pair).encode() for pair in mine])
            for other in index.query(signature):
                theirs = known[other]
                if len(mine & theirs) >= THRESHOLD * len(mine | theirs):
                    pairs.append((other, number))
            index.insert(number, signature)
            known[number] = mine
    return pairs


def row(name: str, path: Path, result: Path, run: Run) -> str:
    """One line of the table."""
    if run.exit_code:
        raise SystemExit(f"{name} failed")
    true = {tuple(pair) for pair in json.loads(path.with_suffix(".pairs").read_text())}
    found = {tuple(pair) for pair in json.loads(result.read_text())}
    recall, precision = len(found & true) / len(true), len(found & true) / max(len(found), 1)
    speed = path.stat().st_size / 1e6 / run.cpu_seconds
    return (
        f"{name:12} {run.cpu_seconds:7.2f} s CPU  {speed:5.1f} MB/s   peak {run.peak_mb:4.0f} MB"
        f"   recall {recall:.3f}   precision {precision:.3f}"
    )


def main(examples: int = 20_000, ratio: float = 0.1) -> None:
    """Run both on the same file, each in a process of its own."""
    path = DATA / f"planted-{examples}-{ratio:g}.jsonl"
    if not path.exists():
        write(path, examples, ratio)
    print(f"{examples:,} examples, {path.stat().st_size / 1e6:.0f} MB, {ratio:.0%} of words edited")
    for name in ("ftgate", "datasketch"):
        result = path.with_suffix(f".{name}")
        command = [sys.executable, "-m", "benchmarks.bench_duplicates", name, str(path)]
        print(row(name, path, result, run_once(command)))


if __name__ == "__main__":
    if sys.argv[1:2] in (["ftgate"], ["datasketch"]):
        data = Path(sys.argv[2])
        pairs_found = (ours if sys.argv[1] == "ftgate" else peer)(data)
        data.with_suffix(f".{sys.argv[1]}").write_text(json.dumps(pairs_found))
    else:
        main(*(kind(given) for kind, given in zip((int, float), sys.argv[1:], strict=False)))
