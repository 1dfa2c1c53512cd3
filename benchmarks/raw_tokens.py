"""The limit: a tokenizer alone, on the distinct strings of a chat set.

    python -m benchmarks.raw_tokens write DATA TEXTS
    python -m benchmarks.raw_tokens count TEXTS ENGINE JOBS

What is timed, in seconds on the clock, is loading the engine once and counting every string, in so
many processes; reading TEXTS is not.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import orjson

from ftgate.tokens.engines import open_counter


def write(data: Path, texts: Path) -> None:
    """The distinct strings of a chat set, in order of appearance."""
    distinct: dict[str, None] = {}
    with data.open("rb") as stream:
        for line in stream:
            distinct.update(dict.fromkeys(m["content"] for m in orjson.loads(line)["messages"]))
    texts.write_bytes(orjson.dumps(list(distinct)))


def count(texts: list[str], engine: str, jobs: int) -> float:
    """Seconds; the engine is shared by forking."""
    begun = time.perf_counter()
    tokens = open_counter("o200k_base", size_bytes=0, engine=engine).count
    children = []
    for job in range(jobs):
        child = os.fork()
        if child == 0:
            sum(map(tokens, texts[job::jobs]))
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    return time.perf_counter() - begun


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        strings = orjson.loads(Path(sys.argv[2]).read_bytes())
        print(count(strings, sys.argv[3], int(sys.argv[4])))
